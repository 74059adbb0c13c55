// Commits what a run produces, on a thread of its own, in groups, in the order of the calls. The network
// thread hands it batches and never waits for the disk, except for intents and when the writer is a whole
// queue behind.
//
// Records gather in a batch that only the network thread touches; no lock is taken for one of them. The batch
// goes to the writer when it is full, max_age old (one timer per batch), holds an intent, or somebody waits.
// The writer commits everything that it was handed in one transaction: while it waits for the disk the next
// group grows by itself. The network thread hears of it by one posted handler per commit.
#pragma once

#include "engine/ledger/ledger.hpp"
#include "engine/ledger/writer_options.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pawl::ledger {

struct job_record {
  std::uint64_t row = 0;
  std::string_view id;
  pawl::outcome outcome{};
  pawl::verified verified = pawl::verified::none;  // meaningful with applied
  int http_status = 0;
  std::string_view error_code, error_message, request_id;
  std::uint32_t attempts = 0;
  wall_time sent_at{};  // of the last attempt; epoch: never sent
  wall_time finished_at{};
  std::uint64_t latency_us = 0;
  std::string_view raw;  // kept for rows that are not successes
};

struct intent_record {
  std::uint64_t row = 0;
  std::string_view id;
  wall_time sent_at{};
  // JSON object, field name -> value as the API showed it, of the fields that are about to be written; fields
  // that the API does not show are absent. Empty: nothing was read.
  std::string_view old_values;
  std::string_view new_values;  // JSON object of what the row is about to write; empty counts as {}
  std::string_view updated_at;  // JSON: the resource's time stamp as that read showed it; empty: not shown
  std::chrono::microseconds since_boot{};  // sent_at by the boot clock of the run; zero: not known
};

struct event_record {
  wall_time at{};
  std::string_view kind;  // "throttled", "gate", "outage", "recovered", "signal", "stop", "foreign_use", ...
  std::string_view reason;  // one sentence
};

class ledger_writer {
 public:
  // Takes over `file`'s connection until destruction: until then nobody else may use `file`, which must
  // outlive the writer, as must `context`, on which completions run. Errors of the start show in health().
  ledger_writer(boost::asio::io_context& context, ledger_file& file, std::int64_t generation,
                std::int64_t run, const writer_options&);
  ~ledger_writer();  // joins the thread; what was not drained is lost, as in a crash. Waiters end with a
                     // failure.
  ledger_writer(const ledger_writer&) = delete;
  ledger_writer& operator=(const ledger_writer&) = delete;

  // Network thread. Copies the record. False: the queue is full and nothing was taken; await room() and put
  // again. After a failure it takes and drops everything, so that such a loop ends: the row stays pending,
  // and health() says why.
  bool put(const job_record&);
  void put(const sample_row&);  // never refused: these are few
  void put(const event_record&);
  // The intents that this run committed for a job of which nothing can have been applied after all: with
  // them, a later run would take the row for unknown. Those of earlier runs stay.
  void withdraw_intent(std::uint64_t row);
  // Returns when a put() may succeed again, or after a failure. Cancellation ends it early.
  boost::asio::awaitable<void> room();

  // Both act at the call, not at the co_await, and then wait for the disk; cancellation does not shorten
  // that. Commits at once, together with everything put before it; returns when it is on the disk. Intents
  // that wait at the same moment share a commit: while the writer is on the disk with one group, all that
  // come are the next one.
  boost::asio::awaitable<status> commit(const intent_record&);
  // Returns when everything put before is on the disk, or with the failure that stopped the writer.
  boost::asio::awaitable<status> drain();

  // The first failure (full disk, I/O error): from then on nothing is committed. Network thread.
  const status& health() const noexcept;
  // Outcomes committed so far by this writer. Network thread.
  const outcome_counts& committed() const noexcept;

 private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace pawl::ledger
