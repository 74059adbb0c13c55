// Keeps the table `seal` true: it learns of each record that this connection changes, and adds what has
// changed to the checksums of its group in the same transaction. So whatever else changes the file is found
// out. Used on the thread of the connection.
#pragma once

#include "engine/ledger/database.hpp"
#include "engine/ledger/record_digest.hpp"
#include "engine/ledger/sealed_tables.hpp"
#include "engine/model/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace pawl::ledger {

// A group of records: the table's place in sealed_tables, and `seal.block`.
struct seal_key {
  std::size_t table = 0;
  std::int64_t group = 0;
  auto operator<=>(const seal_key&) const = default;
};
using seal_sums = std::map<seal_key, record_sum>;

// The checksums as the ledger has them, and as its records are. The latter reads everything.
expected<seal_sums> read_seals(database&);
expected<seal_sums> count_seals(database&);
// Likewise, but of the blocks of one generation, and of the tables that are one group.
expected<seal_sums> read_seals(database&, std::int64_t generation);
expected<seal_sums> count_seals(database&, std::int64_t generation);
// Writes the checksums of what stands there now, in the place of those that were there. Within a transaction.
status seal_everything(database&);

class sealer final : public change_listener {
 public:
  // For a connection that writes a ledger of this version. `db` outlives it.
  static expected<std::unique_ptr<sealer>> make(database& db);

  void on_change(sqlite3*, int operation, std::string_view table) override;
  void on_told(std::string_view table, std::int64_t key, record_digest& values) override;
  status before_commit() override;
  bool is_behind() const noexcept override { return !changes_.empty(); }
  void on_rollback() noexcept override;
  // The commit appends a link to the chain.
  void on_milestone(wall_time now) override { link_at_ = now; }

 private:
  explicit sealer(database& db, statement find, statement put)
      : db_(db), find_(std::move(find)), put_(std::move(put)) {}
  expected<record_sum> sealed(const seal_key&);

  database& db_;
  statement find_, put_;
  record_digest digest_;
  seal_sums changes_;                 // of the transaction, that are not in `seal` yet
  std::optional<wall_time> link_at_;  // the transaction ends with a link
};

}  // namespace pawl::ledger
