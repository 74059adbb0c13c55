// The hot path of engine/api: writing a patch, holding a 2.7 KB reply against it, planning a write from such
// a resource, reading an error. Each line shows the allocations of one call after warm-up, which have to be
// 0. raw_* are the baseline: simdjson by hand on the same reply.
#include "benchmarks/api/raw_simdjson.hpp"
#include "benchmarks/support/allocation_counter.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/api/resource_reader.hpp"
#include "tests/unit/api/thread_reply.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <span>
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

// A body as it stands in a connection's buffer. (The tests' padding of brackets makes simdjson count
// brackets, for a document might end in them: some 500 ns that no usual reply costs.)
class received {
 public:
  explicit received(std::string_view body) : bytes_(body), size_(body.size()) { bytes_.append(64, '\0'); }
  operator std::string_view() const noexcept { return {bytes_.data(), size_}; }
  std::size_t size() const noexcept { return size_; }

 private:
  std::string bytes_;
  std::size_t size_;
};

constexpr wall_time now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};

// Runs `call` until the clock is satisfied and reports what it allocated once warm, and the bytes that it
// returns as read or written.
void measure(benchmark::State& state, auto call) {
  const std::size_t bytes = call();
  const bench::allocation_meter meter;
  for ([[maybe_unused]] auto _ : state) call();
  meter.report(state, state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
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
    return request.size();
  });
}
BENCHMARK(write_patch);

void compare(benchmark::State& state, std::span<const field_value> wanted) {
  const auto p = sample::thread_profile();
  api::reply_reader reader(p);
  const received body(sample::thread_reply);
  measure(state, [&] {
    const auto report = reader.compare(body, sample::thread_id, wanted);
    if (report.is != api::echo_report::state::as_wanted) std::abort();
    return body.size();
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

void raw_look_up(benchmark::State& state) {
  bench::raw_simdjson raw;
  const received body(sample::thread_reply);
  measure(state, [&] {
    if (!raw.look_up(body)) std::abort();
    return body.size();
  });
}
void raw_walk_all(benchmark::State& state) {
  bench::raw_simdjson raw;
  const received body(sample::thread_reply);
  measure(state, [&] {
    if (!raw.walk_all(body)) std::abort();
    return body.size();
  });
}
BENCHMARK(raw_look_up);
BENCHMARK(raw_walk_all);

// A thread as it is read before the write: `differing` of the three fields differ.
void make_plan(benchmark::State& state, std::span<const field_value> patch, std::size_t differing,
               std::span<const api::precondition> only_if = {}) {
  auto p = sample::thread_profile();
  p.reply.updated_at = {{"updated_at"}};
  auto& verb = p.fields.emplace_back(sample::make_field("add_tag_ids", api::comparison::none, ""));
  verb.verb = api::set_verb::add_ids;
  verb.verb_target = static_cast<field_index>(sample::tag_ids);
  api::resource_reader reader(p, only_if, nullptr, false);
  const received body(sample::thread_reply);
  job_view job;
  job.id = sample::thread_id;
  job.patch = patch;
  api::write_plan plan;
  measure(state, [&] {
    if (reader.make_plan(body, job, now, plan) != api::readability::readable || plan.send.size() != differing)
      std::abort();
    return body.size();
  });
}
void plan_unchanged(benchmark::State& state) {
  make_plan(state, three_fields, 0);
}
void plan_two_changes(benchmark::State& state) {
  static constexpr std::array patch{want(sample::status, "status", R"("open")"),
                                    want(sample::assignee_id, "assignee_id", "null"),
                                    want(sample::tag_ids, "tag_ids", R"(["tag_csv","tag_export"])")};
  make_plan(state, patch, 2);
}
void plan_set_verb(benchmark::State& state) {
  static constexpr std::array patch{field_value{static_cast<field_index>(sample::ai_draft_sources + 1),
                                                "add_tag_ids", R"(["tag_billing"])"}};
  make_plan(state, patch, 1);
}
void plan_with_a_condition(benchmark::State& state) {
  std::array only_if{api::precondition{api::precondition::test::older_than,
                                       "last_inbound_message_at",
                                       {{"last_inbound_message_at"}},
                                       api::field_type::timestamp,
                                       api::comparison::instant,
                                       "",
                                       std::chrono::hours{24}}};
  make_plan(state, three_fields, 0, only_if);
}
BENCHMARK(plan_unchanged);
BENCHMARK(plan_two_changes);
BENCHMARK(plan_set_verb);
BENCHMARK(plan_with_a_condition);

void read_error(benchmark::State& state) {
  const auto p = sample::thread_profile();
  api::reply_reader reader(p);
  const received body(
      R"({"error":{"code":"validation_failed","message":"Body is not valid","details":[{"path":"tag_ids.0",)"
      R"("message":"Expected string, received number"}],"request_id":"req_0123456789abcdef"}})");
  measure(state, [&] {
    benchmark::DoNotOptimize(reader.read_error(body).code.data());
    return body.size();
  });
}
BENCHMARK(read_error);

}  // namespace
