// The replies of one job that are not the API's own (judgement::foreign), until they count: what was said, to
// what, and how often alike. Pure.
//
// A foreign reply speaks for nobody by itself. The job waits until the API has proved itself and is sent
// again. The third alike in a row counts, each with a proof behind it: by then the API was there three times,
// and somebody before it answered for this job all the same.
#pragma once

#include "engine/model/time.hpp"
#include "engine/policy/error_note.hpp"
#include "engine/policy/request_kind.hpp"
#include "engine/policy/retry_policy.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace pawl::policy {

class foreign_replies {
 public:
  struct reply {
    kept_note note;
    api::verdict says{};  // ok or refused: what it would mean if it were the API's
  };

  // A new job.
  void begin() noexcept {
    for (auto& said : replies_) said.note.http_status = 0;
    last_ = request_kind::write;
    alike_ = in_a_row_ = 0;
  }

  // Somebody else answered. How many have in a row, alike or not: what the pause grows with.
  std::uint32_t met(request_kind, api::verdict says, const error_note&, time_point now);
  // The API itself answered: the row of foreign replies ends. An answered read says nothing about who answers
  // writes; an answered write ends both.
  void end_with(request_kind kind) noexcept {
    if (kind == request_kind::write || last_ == request_kind::read) alike_ = in_a_row_ = 0;
  }
  // The pause after the last one is over. `proven_at`: when the newest request was sent that the API itself
  // answered well. True: the last reply counts.
  bool count(time_point proven_at) noexcept;
  // The last reply, to a read, was taken at its word.
  void believed() noexcept { alike_ = 0; }
  // A refusal of a write that is looked into before it is believed, as if somebody else had said it.
  void doubt_refusal(const error_note&);

  // Which kind of request the last one answered.
  request_kind last() const noexcept { return last_; }
  // The last one of this kind: what is said of a read says nothing about a write.
  const reply& to(request_kind kind) const noexcept { return replies_[static_cast<std::size_t>(kind)]; }

 private:
  reply& slot_of(request_kind kind) noexcept { return replies_[static_cast<std::size_t>(kind)]; }

  std::array<reply, 2> replies_;
  request_kind last_ = request_kind::write;
  time_point last_at_{};
  std::uint32_t alike_ = 0;  // in a row, each with a proof behind it
  std::uint32_t in_a_row_ = 0;
};

}  // namespace pawl::policy
