// Records on their way from the network thread to the writer thread, in one flat buffer: a record costs two
// copies into memory that is allocated already. One thread owns it at a time.
#pragma once

#include "engine/ledger/ledger_writer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::ledger {

struct intent_withdrawal {
  std::uint64_t row = 0;
};

class record_batch {
 public:
  void add(const job_record&);  // does not keep the `raw` of a success
  void add(const intent_record&);
  void add(const intent_withdrawal&);
  void add(const sample_row&);
  void add(const event_record&);

  // Drops the records and keeps the memory, unless a few huge rows have made it large.
  void clear() noexcept;

  bool empty() const noexcept { return records() == 0; }
  std::size_t records() const noexcept { return entries_.size() + samples_.size() + events_.size(); }
  const outcome_counts& outcomes() const noexcept { return outcomes_; }
  std::size_t bytes() const noexcept { return bytes_.size(); }

  // Visits jobs, intents and withdrawals in the order of the calls; the views live until the next add() or
  // clear().
  template <class Visitor>  // status(const job_record&), (const intent_record&), (const intent_withdrawal&)
  status visit(Visitor on) const {
    for (const auto& e : entries_) {
      auto done = e.is == entry::kind::job      ? on(job_of(e))
                  : e.is == entry::kind::intent ? on(intent_of(e))
                                                : on(intent_withdrawal{e.fixed.row});
      if (!done) return done;
    }
    return {};
  }
  const std::vector<sample_row>& samples() const noexcept { return samples_; }
  const std::vector<std::pair<event_record, std::array<std::string, 2>>>& events() const noexcept {
    return events_;
  }

 private:
  struct entry {
    enum class kind : std::uint8_t { job, intent, withdrawal };
    job_record fixed;  // of an intent: row and sent_at; the texts are unset, they are in bytes_
    kind is = kind::job;
    std::size_t begin = 0;
    std::array<std::uint32_t, 5> sizes{};
    std::chrono::microseconds since_boot{};  // set for an intent
  };
  entry& append(std::initializer_list<std::string_view> texts);
  std::array<std::string_view, 5> texts_of(const entry&) const noexcept;
  job_record job_of(const entry&) const noexcept;
  intent_record intent_of(const entry&) const noexcept;

  std::vector<entry> entries_;
  std::vector<char> bytes_;
  // There are few: a sample every 10 s, an event now and then. The texts of an event are in the array beside
  // it.
  std::vector<sample_row> samples_;
  std::vector<std::pair<event_record, std::array<std::string, 2>>> events_;
  outcome_counts outcomes_;
};

}  // namespace pawl::ledger
