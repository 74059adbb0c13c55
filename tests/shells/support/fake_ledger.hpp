// A ledger writer without a file or a thread. Linked in place of engine/ledger/ledger_writer.cpp; what it was
// given counts as committed when `commit_takes` has passed on the manual clock.
#pragma once

#include "engine/ledger/ledger_writer.hpp"
#include "engine/model/error.hpp"
#include "engine/model/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pawl::testing {

// One at a time; the writers that are made meanwhile write into it.
class fake_ledger {
 public:
  struct recorded {
    std::uint64_t row = 0;
    std::string id;
    pawl::outcome outcome{};
    std::uint32_t attempts = 0;
    int http_status = 0;
    std::string code;
  };
  struct intent {
    std::uint64_t row = 0;
    std::string id, old_values, new_values;
  };

  fake_ledger();
  ~fake_ledger();
  fake_ledger(const fake_ledger&) = delete;
  fake_ledger& operator=(const fake_ledger&) = delete;

  // -- what the writer does
  duration commit_takes{};
  std::optional<std::size_t> fails_at;  // this call of put(job) and commit(), counted from 0, and all later
  std::optional<std::size_t> full_at;   // the queue is full from this put(job) on, until make_room()
  void make_room();

  // -- what it was given, in order
  std::vector<recorded> outcomes;
  std::vector<intent> intents;           // of earlier runs too, as the test says; withdrawn ones are gone
  std::vector<std::uint64_t> withdrawn;  // rows
  std::vector<std::string> events;       // "kind: reason"
  std::vector<std::uint64_t> samples;    // rows with an outcome
  std::size_t calls = 0;

  bool has_intent(std::uint64_t row) const;
  const recorded* outcome_of(std::uint64_t row) const;

 private:
  friend class ledger::ledger_writer;
  bool is_full() const noexcept { return full_at && calls >= *full_at; }
  std::function<void()> wake_writer_;  // empty: there is none
};

}  // namespace pawl::testing
