#include "engine/ledger/scratch/planned_values.hpp"

#include "engine/ledger/database.hpp"
#include "engine/ledger/scratch/scratch_failure.hpp"

#include <fmt/format.h>

#include <utility>

namespace pawl::ledger {

struct planned_values::impl {
  std::unique_ptr<database> db;
  std::optional<statement> of, put;

  status prepare(id_compare ids) {
    // The file disappears with the connection and need not survive a crash; pages that do not fit into the
    // cache go to the file. There is one transaction, which is never committed.
    auto made = db->execute(fmt::format("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                                        "CREATE TABLE planned (id TEXT NOT NULL{}, field TEXT NOT NULL, row "
                                        "INTEGER NOT NULL, wanted TEXT,"
                                        " written TEXT, PRIMARY KEY (id, field)) STRICT, WITHOUT ROWID;"
                                        "BEGIN",
                                        collation(ids))
                                .c_str());
    if (!made) return made;
    const std::pair<std::optional<statement>*, std::string_view> all[]{
        {&of, "SELECT field, row, wanted, written FROM planned WHERE id = ?1"},
        {&put,
         "INSERT INTO planned (id, field, row, wanted, written) VALUES (?1, ?2, ?3, ?4, ?5)"
         " ON CONFLICT (id, field) DO UPDATE SET"
         " row = excluded.row, wanted = coalesce(excluded.wanted, wanted),"
         " written = coalesce(excluded.written, written)"},
    };
    for (const auto& [to, sql] : all) {
      auto prepared = db->prepare(sql);
      if (!prepared) return std::move(prepared.error());
      to->emplace(*std::move(prepared));
    }
    return {};
  }
};

planned_values::planned_values(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
planned_values::planned_values(planned_values&&) noexcept = default;
planned_values& planned_values::operator=(planned_values&&) noexcept = default;
planned_values::~planned_values() = default;

expected<planned_values> planned_values::create(id_compare ids) {
  auto made = std::make_unique<impl>();
  auto db = database::open_temporary();
  if (!db) return of_scratch(std::move(db.error()));
  made->db = *std::move(db);
  if (auto prepared = made->prepare(ids); !prepared) return of_scratch(std::move(prepared.error()));
  return planned_values(std::move(made));
}

expected<std::vector<planned_value>> planned_values::of(std::string_view id) {
  std::vector<planned_value> all;
  auto& s = impl_->of->bind_text(1, id);
  const auto text_or_none = [&s](int column) {
    return s.is_null(column) ? std::nullopt : std::optional{std::string{s.text(column)}};
  };
  for (;;) {
    auto more = s.step();
    if (!more) return of_scratch(std::move(more.error()));
    if (!*more) return all;
    all.push_back(
        {std::string{s.text(0)}, static_cast<std::uint64_t>(s.integer(1)), text_or_none(2), text_or_none(3)});
  }
}

status planned_values::put(std::string_view id, std::string_view field, std::uint64_t row,
                           std::optional<std::string_view> wanted, std::optional<std::string_view> written) {
  auto& s = *impl_->put;
  s.bind_text(1, id).bind_text(2, field).bind(3, static_cast<std::int64_t>(row));
  wanted ? s.bind_text(4, *wanted) : s.bind_null(4);
  written ? s.bind_text(5, *written) : s.bind_null(5);
  if (auto kept = s.run(); !kept) return of_scratch(std::move(kept.error()));
  return {};
}

}  // namespace pawl::ledger
