#include "tests/simulation/lives/rows_on_disk.hpp"

#include "tests/support/files.hpp"

#include <fmt/format.h>

namespace pawl::simulation {

rows_on_disk look_at_rows(disk& d, const std::string& ledger) {
  const auto shown = ledger + "-shown";
  for (const auto* ending : {"", "-wal"}) d.show_synced(ledger + ending, shown + ending);
  const auto list = [&shown](const char* table, std::set<std::size_t>& into) {
    const auto sql =
        fmt::format("select distinct row from {} where generation = (select max(id) from generation)", table);
    for (const auto& row : test::sqlite_query(shown, sql)) into.insert(std::stoull(row[0]));
  };
  rows_on_disk found;
  list("intent", found.with_intent);
  list("job", found.with_outcome);
  for (const auto* ending : {"", "-wal"}) d.remove(shown + ending);
  return found;
}

}  // namespace pawl::simulation
