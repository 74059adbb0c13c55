#include "engine/ledger/sample_table.hpp"

#include "engine/ledger/done_blocks.hpp"
#include "engine/model/counters.hpp"
#include "engine/text/utf8.hpp"

#include <cstdint>

namespace pawl::ledger {

std::string sample_columns() {
  std::string columns = "at, ";
  columns += outcome_columns;
  for (const auto& counter : counter_names)
    if (counter.sampled) (columns += ", ") += counter.name;
  return columns + ", in_flight, rate, latency_p50_us, latency_p95_us, latency_max_us, waits_for";
}

void bind_sample(statement& to, int first, const sample_row& s, std::string& mended) {
  int at = first;
  const auto bind = [&](std::uint64_t value) { to.bind(at++, number(value)); };
  to.bind(at++, micros(s.at));
  bind_counts(to, at, s.counts);
  at += static_cast<int>(outcome_count);
  for (const auto& counter : counter_names)
    if (counter.sampled) bind(s.figures.*counter.value);
  bind(s.in_flight);
  to.bind(at++, s.rate);
  for (const auto latency : {s.latency_p50_us, s.latency_p95_us, s.latency_max_us}) bind(latency);
  mended = as_plain_utf8(s.waits_for);
  if (mended.empty())
    to.bind_null(at);
  else
    to.bind_text(at, mended);
}

sample_row read_sample(statement& from, int first) {
  int at = first;
  const auto read = [&] { return static_cast<std::uint64_t>(from.integer(at++)); };
  sample_row s;
  s.at = wall(from.integer(at++));
  s.counts = read_counts(from, at);
  at += static_cast<int>(outcome_count);
  for (const auto& counter : counter_names)
    if (counter.sampled) s.figures.*counter.value = read();
  s.in_flight = static_cast<std::uint32_t>(read());
  s.rate = from.real(at++);
  for (auto* latency : {&s.latency_p50_us, &s.latency_p95_us, &s.latency_max_us}) *latency = read();
  s.waits_for = from.text(at);
  return s;
}

}  // namespace pawl::ledger
