// Commits what a run produces, on a thread of its own, in groups, in the order of the calls. The network
// thread hands it batches and never waits for the disk, except for intents and when the writer's queue is
// full.
//
// Records gather in a batch that only the network thread touches; no lock is taken for a record. The batch
// goes to the writer when it is full, when it is max_age old (one timer per batch), when it holds an intent,
// or when somebody waits for it. The writer commits everything that it has been handed in one transaction;
// the next group gathers while the writer waits for the disk. The network thread learns of each commit by one
// posted handler.
#pragma once

#include "engine/ledger/ledger.hpp"
#include "engine/ledger/writer_options.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pawl::ledger {

struct job_record {
  std::uint64_t row = 0;
  std::string_view id;
  pawl::outcome outcome{};
  pawl::verified verified = pawl::verified::none;  // meaningful only with applied
  int http_status = 0;
  std::string_view error_code, error_message, request_id;
  std::uint32_t attempts = 0;
  wall_time sent_at{};  // of the last attempt; the epoch: never sent
  wall_time finished_at{};
  std::uint64_t latency_us = 0;
  std::string_view raw;  // kept only for rows that are not successes
};

struct intent_record {
  std::uint64_t row = 0;
  std::string_view id;
  wall_time sent_at{};
  // JSON object, field name -> value as the API showed it, of the fields that are about to be written; a
  // field that the API does not show is absent. Empty: nothing was read.
  std::string_view old_values;
  std::string_view new_values;  // JSON object of what the row is about to write; empty counts as {}
  std::string_view updated_at;  // JSON: the resource's time stamp in that read; empty: not shown
  std::chrono::microseconds since_boot{};  // sent_at by the boot clock of the run; zero: not known
  std::string_view key = {};               // idempotency key; empty: the write carries none
};

struct event_record {
  wall_time at{};
  std::string_view kind;  // "throttled", "gate", "outage", "recovered", "signal", "stop", "foreign_use", ...
  std::string_view reason;  // one sentence
};

class ledger_writer {
 public:
  // Takes over the connection of `file` until destruction; nobody else may use `file` until then. `file` must
  // outlive the writer, and so must `context`, on which completions run. An error at the start shows in
  // health().
  ledger_writer(boost::asio::io_context& context, ledger_file& file, std::int64_t generation,
                std::int64_t run, const writer_options&);
  ~ledger_writer();  // joins the thread; what was not drained is lost, as in a crash, and waiters get a
                     // failure
  ledger_writer(const ledger_writer&) = delete;
  ledger_writer& operator=(const ledger_writer&) = delete;

  // Network thread. Copies the record. False: the queue is full and nothing was taken; await room() and put
  // it again. After a failure the writer accepts and drops everything, so that such a loop ends: the row
  // stays pending, and health() says why.
  bool put(const job_record&);
  void put(const sample_row&);  // never refused, because there are few
  void put(const event_record&);
  // Removes the intents that this run has committed for a job of which nothing can have been applied: a later
  // run would take them as a sign that the row is unknown. Intents of earlier runs stay.
  void withdraw_intent(std::uint64_t row);
  // Returns when a put() may succeed again, or after a failure.
  boost::asio::awaitable<void> room();

  // Both act when they are called, not when they are awaited, and then wait for the disk; cancellation does
  // not shorten that wait. commit() commits at once, together with everything put before it, and returns when
  // that is on the disk. Intents that wait at the same time share a commit: those that come while the writer
  // commits one group form the next.
  boost::asio::awaitable<status> commit(const intent_record&);
  // Several at once, which share a commit. At least one.
  boost::asio::awaitable<status> commit(std::span<const intent_record>);
  // Returns when everything put before is on the disk, or with the failure that stopped the writer.
  boost::asio::awaitable<status> drain();

  // The first failure (full disk, I/O error). After it nothing is committed. Network thread.
  const status& health() const noexcept;
  // Outcomes committed so far by this writer. Network thread.
  const outcome_counts& committed() const noexcept;

 private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace pawl::ledger
