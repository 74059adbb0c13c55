// Records what arrived and what was answered: one NDJSON line per request in a file, the last lines in
// memory, and counts of everything. Keys never appear, only their ids.
#pragma once

#include "tests/sandbox/clock.hpp"
#include "tests/sandbox/faults.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace sandbox {

struct journal_entry {
  std::uint64_t request = 0;     // 1, 2, ... in order of arrival
  std::uint64_t connection = 0;  // 1, 2, ... in order of acceptance
  time_us arrived = 0;
  time_us counted = no_time;  // when the limits counted it; no_time: they did not count it
  time_us answered = 0;       // when the answer was decided
  std::string_view method, path, id, body, key, request_id;
  int status = 0;          // what was sent, or would have been sent; 0: nothing
  std::string_view fault;  // empty: none
  bool applied = false;
  std::uint64_t notices = 0;  // how many notices people got because of it
};

struct totals {
  std::uint64_t requests = 0, reads = 0, writes = 0;
  std::uint64_t applied = 0;                                // writes that changed a thread or an item
  std::uint64_t throttled_reads = 0, throttled_writes = 0;  // 429 by a limit, not by a fault
  std::uint64_t refused_as_too_many = 0;  // because too many were under way: behaviour::most_in_flight
  std::uint64_t unauthenticated = 0;
  std::uint64_t malformed_requests = 0;  // bytes that were no HTTP request; not counted in `requests`
  std::map<int, std::uint64_t> by_status;
  std::array<std::uint64_t, fault_kinds.size()> injected{};
  std::uint64_t connections = 0, open_connections = 0, most_open_connections = 0;
  std::uint64_t handshakes = 0, resumed_handshakes = 0, failed_handshakes = 0;
};

class journal {
 public:
  // If `file` is empty, there is no file. Throws std::system_error if it cannot be created. `in_memory`: how
  // many of the last lines stay readable.
  journal(const std::string& file, std::size_t in_memory);

  void add(const journal_entry&);
  void flush();
  // The last `count` lines, oldest first.
  std::string recent(std::size_t count) const;

 private:
  struct closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  std::unique_ptr<std::FILE, closer> file_;
  std::size_t in_memory_;
  std::deque<std::string> recent_;
  bool write_failed_ = false;
};

// The members of the truth's `totals` object.
void append_totals(std::string& out, const totals&);

}  // namespace sandbox
