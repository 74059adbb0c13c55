// The hot path of engine/api: writing a patch, holding a 2.7 KB reply against it, reading an error. Each line
// shows the allocations of one call after warm-up, which have to be 0.
#include "benchmarks/api/allocation_counter.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/api/request_writer.hpp"
#include "tests/unit/api/thread_reply.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace pawl;
namespace sample = api::testing;

constexpr field_value want(sample::thread_field f, std::string_view name, std::string_view json) {
  return {static_cast<field_index>(f), name, json};
}

constexpr std::array three_fields{
    want(sample::status, "status", R"("done")"),
    want(sample::assignee_id, "assignee_id", R"("usr_01HZV1A2B3C4D5E6F7G8H9J0K1")"),
    want(sample::tag_ids, "tag_ids", R"(["tag_csv","tag_export"])")};
constexpr std::array scalar_fields{
    want(sample::status, "status", R"("done")"),
    want(sample::snoozed_until, "snoozed_until", R"("2026-12-01T09:00:00.000Z")"),
    want(sample::assignee_id, "assignee_id", R"("usr_01HZV1A2B3C4D5E6F7G8H9J0K1")")};

// Runs `call` until the clock is satisfied and reports what it allocated once warm.
void measure(benchmark::State& state, auto call) {
  call();
  const auto before = bench::allocations();
  std::uint64_t calls = 0;
  for ([[maybe_unused]] auto _ : state) {
    call();
    ++calls;
  }
  state.counters["allocations"] =
      static_cast<double>(bench::allocations() - before) / static_cast<double>(calls == 0 ? 1 : calls);
}

void write_patch(benchmark::State& state) {
  const auto p = sample::thread_profile();
  const auto made = api::request_writer::create(p, "productlane.example", "/api/v2",
                                                secret{"pl_v2_0123456789abcdef"}, "pawl/0.1.0");
  if (!made) std::abort();
  std::string request;
  measure(state, [&] {
    made->write_patch(request, sample::thread_id, three_fields);
    benchmark::DoNotOptimize(request.data());
  });
}
BENCHMARK(write_patch);

void compare(benchmark::State& state, std::span<const field_value> wanted) {
  const auto p = sample::thread_profile();
  api::reply_reader reader(p);
  const sample::padded body(sample::thread_reply);
  measure(state, [&] {
    const auto report = reader.compare(body, sample::thread_id, wanted);
    if (report.is != api::echo_report::state::as_wanted) std::abort();
  });
}
void compare_three_fields_with_a_list(benchmark::State& state) {
  compare(state, three_fields);
}
void compare_three_scalars(benchmark::State& state) {
  compare(state, scalar_fields);
}
BENCHMARK(compare_three_fields_with_a_list);
BENCHMARK(compare_three_scalars);

void read_error(benchmark::State& state) {
  const auto p = sample::thread_profile();
  api::reply_reader reader(p);
  const sample::padded body(
      R"({"error":{"code":"validation_failed","message":"Body is not valid","details":[{"path":"tag_ids.0",)"
      R"("message":"Expected string, received number"}],"request_id":"req_0123456789abcdef"}})");
  measure(state, [&] { benchmark::DoNotOptimize(reader.read_error(body).code.data()); });
}
BENCHMARK(read_error);

}  // namespace
