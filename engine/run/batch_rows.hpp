// The rows that one batch_worker has in hand, and what is done next with them: which go together, and in
// which order. Pure.
//
// Each row has a job_step of its own, which says what it wants, whatever the others do. A turn does one thing
// for all rows that want it. What is due at once goes first (a slot is held); then all are read that are to
// be read, because a plan serves for some seconds only; then rows are taken until a request is full; and only
// then one leaves. What does not come back in a read of several is read alone when nothing else is to be
// done.
#pragma once

#include "engine/model/time.hpp"
#include "engine/policy/step_events.hpp"
#include "engine/run/parked_jobs.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

namespace pawl::run {

struct batch_row {
  std::unique_ptr<job_in_hand> job;
  policy::step_action next;     // valid until its step is resumed
  std::uint32_t read_with = 0;  // of how many rows at most its next read may be; 1: alone
};

template <class Action>
bool wants(const batch_row& row) noexcept {
  return std::holds_alternative<Action>(row.next);
}

enum class batch_turn : std::uint8_t {
  commit,      // the intents of those that go together
  send,        // them: one request
  stop,        // the API wants another key, or a person must act
  read,        // several in one request
  line_up,     // in the line of writes, until those that read first are near due
  take,        // more rows
  wait,        // in the line, until the write is nearly due
  lease,       // a connection for rows that go together
  grant,       // a slot for them
  read_alone,  // one of those that a read of several did not show
  sleep,       // all wait, and there was no room to park them
  none,        // there are no rows
};

struct batch_facts {
  bool reads_together = false;  // the API has a read of several rows
  bool may_take = false;        // there is room for more rows, and more may come
};
batch_turn next_turn(std::span<const batch_row>, const batch_facts&) noexcept;

// Whether a row that wants a read does it with others.
bool reads_with_others(const batch_row&, bool reads_together) noexcept;
// Positions of the rows of the next read of several: as many as each of them allows.
void choose_for_read(std::span<const batch_row>, bool reads_together, std::vector<std::size_t>& into);
// Positions of the rows for which the next connection is: those of the first row's number, at most so many.
void choose_for_lease(std::span<const batch_row>, std::size_t most, std::vector<std::size_t>& into);

// A request of which the first rows are there, and the input has no more to show just now.
struct gathering {
  std::size_t rows = 0, most = 0;  // in hand, and of one request
  bool more_may_come = false;  // the input has not ended, and something other than these rows is under way
  time_point now{}, until{};
};
// Whether it waits a little for more rows, so that one request does the work of two.
bool waits_for_more(const gathering&) noexcept;

// A row joins a queue for a write long before it is due, because it reads first.
bool lines_up(const batch_row&) noexcept;

// Rows of one number may be written together. Those that may go with any others have this one.
inline constexpr std::uint64_t with_any = 0;
// A job that must not be sent twice goes alone: no doubt about a request for several may reach it.
bool may_be_written_with_others(const job_view&) noexcept;

}  // namespace pawl::run
