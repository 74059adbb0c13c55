// Keeps what the API said of the values by which rows name their resources.
#include "engine/ledger/job_key.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/ledger/ledger_impl.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"

namespace pawl::ledger {
namespace {

std::string as_list(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const auto& text : texts) {
    if (list.size() > 1) list += ',';
    append_json_string(list, text);
  }
  return list += ']';
}

// False: it is no list of texts.
bool read_list(std::string_view list, std::vector<std::string>& into) {
  const auto take = [&into](std::string_view element) {
    auto text = text_of_token(element);
    if (text) into.push_back(*std::move(text));
    return text.has_value();
  };
  return for_each_element(list, take);
}

}  // namespace

status ledger_file::put_matched(std::int64_t generation, std::span<const matched_value> values) {
  auto& db = *impl_->db;
  auto group = transaction::begin(db);
  if (!group) return std::move(group.error());
  auto put = db.prepare(insert_into("matched", "generation, value, ids") +
                        " ON CONFLICT DO UPDATE SET ids = excluded.ids");
  if (!put) return std::move(put.error());
  for (const auto& v : values) {
    const auto ids = as_list(v.ids);
    if (auto done = put->bind(1, generation).bind_text(2, v.value).bind_text(3, ids).run(); !done)
      return done;
  }
  return group->commit();
}

status ledger_file::for_each_matched(std::int64_t generation,
                                     const std::function<status(const matched_value&)>& tell) {
  if (impl_->version < first_matching_version) return {};
  auto query = impl_->db->prepare("SELECT value, ids FROM matched WHERE generation = ? ORDER BY value");
  if (!query) return std::move(query.error());
  query->bind(1, generation);
  for (;;) {
    auto row = query->step();
    if (!row) return std::move(row.error());
    if (!*row) return {};
    matched_value one{std::string{query->text(0)}, {}};
    if (!read_list(query->text(1), one.ids))
      return sqlite_failure(SQLITE_CORRUPT, impl_->path, "a list of ids that is none");
    if (auto told = tell(one); !told) return told;
  }
}

expected<bool> ledger_file::was_begun(std::int64_t generation) {
  auto query = impl_->db->prepare(
      "SELECT EXISTS (SELECT 1 FROM job_data WHERE key BETWEEN ?1 AND ?2)"
      " OR EXISTS (SELECT 1 FROM intent WHERE generation = ?3)");
  if (!query) return std::move(query.error());
  query->bind(1, job_key(generation, 0)).bind(2, job_key(generation, max_row)).bind(3, generation);
  auto row = query->step();
  if (!row) return std::move(row.error());
  const bool begun = *row && query->integer(0) != 0;
  query->reset();
  return begun;
}

}  // namespace pawl::ledger
