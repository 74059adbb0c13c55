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

// The fault that the sandbox did to a request; empty: none.
std::string_view fault_of(const json::object& line) {
  const auto* fault = line.if_contains("fault");
  return fault == nullptr ? std::string_view{} : std::string_view{fault->as_string()};
}

bool is_foreign(const json::object& line) {
  return fault_of(line).starts_with("foreign");
}

void count_reply(const json::object& line, server_facts& facts) {
  const auto status = line.at("status").to_number<int>();
  if (is_foreign(line)) {
    if (status / 100 == 3 || status == 401 || status == 402 || status == 407 || status == 410)
      ++facts.stopping;
  }
  const auto* id = line.if_contains("id");
  if (id == nullptr) return;
  if (is_foreign(line)) {
    constexpr std::size_t kept = 3;
    auto& seen = facts.replies[std::string{id->as_string()}];
    ++seen.foreign;
    if (seen.strangers.size() < kept) seen.strangers.emplace_back(fault_of(line));
  } else if (!fault_of(line).empty()) {
    ++facts.replies[std::string{id->as_string()}].faulty;
  } else if (status / 100 == 4 && status != 429) {
    ++facts.replies[std::string{id->as_string()}].refused;
  }
}

seen_write to_write(const json::object& line) {
  seen_write write;
  write.id = line.at("id").as_string();
  write.applied = line.at("applied").as_bool();
  const auto status = line.at("status").to_number<int>();
  write.lied = fault_of(line) == "lying" && !write.applied && status == 200;
  const bool page = is_foreign(line) && fault_of(line).find("/html") != std::string_view::npos;
  write.accepted = status / 100 == 2 && !page;
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
    const auto parsed = json::parse(text);
    const auto& line = parsed.as_object();
    count_reply(line, facts);
    if (line.at("method").as_string() == "PATCH" && line.contains("id"))
      facts.writes.push_back(to_write(line));
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
