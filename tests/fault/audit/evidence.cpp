#include "tests/fault/audit/evidence.hpp"

#include "tests/support/files.hpp"

#include <boost/json.hpp>

#include <fstream>
#include <stdexcept>

namespace pawl::audit {
namespace json = boost::json;
namespace {

std::optional<std::string> text_or_null(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  return std::string{value.as_string()};
}

seen_write to_write(const json::object& line) {
  seen_write write;
  write.id = line.at("id").as_string();
  write.applied = line.at("applied").as_bool();
  const auto* fault = line.if_contains("fault");
  write.lied = fault != nullptr && fault->as_string() == "lying" && !write.applied &&
               line.at("status").to_number<int>() == 200;
  write.at = line.at("t").to_number<std::int64_t>();
  if (const auto* notices = line.if_contains("notices")) write.notices = notices->to_number<std::uint64_t>();
  const auto* body = line.if_contains("body");
  if (body == nullptr) return write;
  json::error_code broken;  // a body that is no JSON has no title, and was not applied
  const auto patch = json::parse(body->as_string(), broken);
  if (broken || !patch.is_object()) return write;
  if (const auto* title = patch.as_object().if_contains("title"); title != nullptr && title->is_string())
    write.title = title->as_string();
  return write;
}

}  // namespace

std::uint64_t server_totals::faults() const {
  std::uint64_t sum = 0;
  for (const auto& [kind, count] : injected) sum += count;
  return sum;
}

ledger_facts read_ledger(const std::filesystem::path& ledger) {
  ledger_facts facts;
  facts.generations = std::stoull(test::sqlite_value(ledger, "select count(*) from generation"));
  facts.finished =
      test::sqlite_value(ledger, "select finished_at is not null from generation order by id desc limit 1") ==
      "1";
  for (const auto& row :
       test::sqlite_query(ledger,
                          "select row, id, outcome, attempts from job "
                          "where key >> 40 = (select max(id) - 1 from generation) order by key")) {
    facts.rows.push_back({std::stoull(row[0]), row[1], row[2], std::stoull(row[3])});
  }
  return facts;
}

void read_journal(const std::filesystem::path& journal, server_facts& facts) {
  std::ifstream in{journal, std::ios::binary};
  if (!in) throw std::runtime_error("cannot read the journal " + journal.string());
  for (std::string text; std::getline(in, text);) {
    const auto line = json::parse(text);
    if (line.at("method").as_string() != "PATCH") continue;
    if (line.as_object().contains("id")) facts.writes.push_back(to_write(line.as_object()));
  }
}

server_totals read_truth(const std::filesystem::path& truth, server_facts& facts) {
  // Large, and thrown away as a whole.
  json::monotonic_resource memory;
  const auto told = json::parse(test::read_file(truth), &memory);
  for (const auto& [id, thread] : told.at("threads").as_object()) {
    auto& shown = facts.threads[id];
    shown.status = thread.at("status").as_string();
    shown.snoozed_until = text_or_null(thread.at("snoozed_until"));
    shown.title = text_or_null(thread.at("title"));
    for (const auto& tag : thread.at("tag_ids").as_array()) shown.tags.emplace_back(tag.as_string());
    shown.notices = thread.at("notified").at("slack").to_number<std::uint64_t>() +
                    thread.at("notified").at("email").to_number<std::uint64_t>();
  }
  const auto& sums = told.at("totals");
  server_totals totals;
  totals.reads = sums.at("reads").to_number<std::uint64_t>();
  totals.writes = sums.at("writes").to_number<std::uint64_t>();
  totals.applied = sums.at("applied").to_number<std::uint64_t>();
  totals.throttled = sums.at("throttled").to_number<std::uint64_t>();
  for (const auto& [kind, count] : sums.at("injected").as_object())
    totals.injected[kind] = count.to_number<std::uint64_t>();
  return totals;
}

}  // namespace pawl::audit
