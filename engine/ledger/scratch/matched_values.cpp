#include "engine/ledger/scratch/matched_values.hpp"

#include "engine/ledger/database.hpp"
#include "engine/ledger/scratch/scratch_failure.hpp"

#include <string>
#include <utility>

namespace pawl::ledger {

struct matched_values::impl {
  std::unique_ptr<database> db;
  std::optional<statement> of, put;

  status prepare() {
    // As planned_values: the file disappears with the connection, and there is one transaction.
    auto made = db->execute(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
        "CREATE TABLE matched (value TEXT PRIMARY KEY, first TEXT, second TEXT) STRICT, WITHOUT ROWID;"
        "BEGIN");
    if (!made) return made;
    auto asked = db->prepare("SELECT first, second FROM matched WHERE value = ?");
    if (!asked) return std::move(asked.error());
    of.emplace(*std::move(asked));
    auto kept = db->prepare("INSERT OR REPLACE INTO matched (value, first, second) VALUES (?, ?, ?)");
    if (!kept) return std::move(kept.error());
    put.emplace(*std::move(kept));
    return {};
  }
};

matched_values::matched_values(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
matched_values::~matched_values() = default;

expected<std::unique_ptr<matched_values>> matched_values::create() {
  auto made = std::make_unique<impl>();
  auto db = database::open_temporary();
  if (!db) return of_scratch(std::move(db.error()));
  made->db = *std::move(db);
  if (auto prepared = made->prepare(); !prepared) return of_scratch(std::move(prepared.error()));
  return std::unique_ptr<matched_values>(new matched_values(std::move(made)));
}

status matched_values::put(const matched_value& v) {
  auto& s = impl_->put->bind_text(1, v.value);
  for (std::size_t i = 0; i < matched_value::most_ids; ++i) {
    const auto at = static_cast<int>(i) + 2;
    i < v.ids.size() ? s.bind_text(at, v.ids[i]) : s.bind_null(at);
  }
  if (auto kept = s.run(); !kept) return of_scratch(std::move(kept.error()));
  return {};
}

expected<std::optional<matched_value>> matched_values::of(std::string_view value) {
  auto& s = impl_->of->bind_text(1, value);
  auto found = s.step();
  if (!found) return of_scratch(std::move(found.error()));
  if (!*found) return std::optional<matched_value>{};
  matched_value known{std::string{value}, {}};
  for (const int column : {0, 1})
    if (!s.is_null(column)) known.ids.emplace_back(s.text(column));
  s.reset();
  return std::optional{std::move(known)};
}

}  // namespace pawl::ledger
