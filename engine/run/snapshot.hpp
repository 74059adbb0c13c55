// The snapshot of a large input: pages of the list, each held against the rows that wait for it. A row that a
// page shows to be as wanted, or whose precondition it shows not to hold, is spared its own read; every other
// row is read by itself before it is written, whatever a page has shown of it.
//
// The rows wait in a file, and no page is kept: a page is looked at when it arrives, so what concludes a row
// is as old as the way from the API to here. (Keeping pages until their rows come up would be of use for the
// first minutes of a run that takes hours.)
//
// It gives up without harm: a list that cannot be read, a full disk or pages that do not pay leave the rows
// to their own reads.
#pragma once

#include "engine/api/reading_spec.hpp"
#include "engine/api/resource_reader.hpp"
#include "engine/client/lister.hpp"
#include "engine/client/progress.hpp"
#include "engine/client/read_client.hpp"
#include "engine/ledger/scratch/pending_table.hpp"
#include "engine/model/error.hpp"
#include "engine/policy/page_worth.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

namespace pawl::run {

// What run/snapshot_rows has gathered; one use.
struct snapshot_input {
  ledger::pending_table rows;
  const api::list_spec* list = nullptr;  // outlives it
  std::string filters;                   // of the list, as api::server_filters() makes them
  duration max_age{};                    // of a page that concludes a row
};

// Who takes what the pages show. Network thread.
class snapshot_sink {
 public:
  virtual ~snapshot_sink() = default;
  // The page shows the resource of this row, and shows everything that the row looks at. True: nothing is
  // left to be done for it. Both arguments are valid until the end of the coroutine.
  virtual boost::asio::awaitable<bool> take(const job_view&, const api::write_plan&) = 0;
  // Rows for which nobody has done anything yet.
  virtual std::uint64_t rows_left() const = 0;
};

class snapshot {
 public:
  // All outlive it. The parts are those of a read_client, whose line and pool are served meanwhile; only how
  // long it keeps trying is the snapshot's own business.
  snapshot(const client::read_client::parts&, api::resource_reader&, snapshot_input&, snapshot_sink&);

  // Until no further page pays, there is none, or one fails.
  boost::asio::awaitable<void> run();
  void stop(client::read_client::stopping how) { client_.stop(how); }

  // How far it has come, and how it ended.
  const client::snapshot_facts& facts() const noexcept { return facts_; }

 private:
  boost::asio::awaitable<status> read_pages();
  boost::asio::awaitable<expected<std::uint64_t>> conclude_from(const api::page&);
  std::uint64_t rows_left() const;

  const policy::stop_options stop_;
  client::read_client client_;
  api::resource_reader& resources_;
  snapshot_input& in_;
  snapshot_sink& sink_;
  client::lister pages_;
  policy::page_worth worth_;
  api::item_ids ids_;
  api::write_plan plan_;
  std::uint64_t shown_ = 0;
  client::snapshot_facts facts_;
};

}  // namespace pawl::run
