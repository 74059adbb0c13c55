// What it costs to begin with a profile: from its TOML text to the writer and the readers of its requests.
// Every command does it once; the aim is under 5 ms for each profile that the program contains.
#include "benchmarks/support/allocation_counter.hpp"
#include "config/profile_loader.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/api/resource_reader.hpp"
#include "engine/model/secret.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace pawl::config {
namespace {

void begun(benchmark::State& state, const std::string& name) {
  const auto text = embedded_profile(name);
  if (!text) return state.SkipWithError("there is no such profile");
  const secret token("key");
  const bench::allocation_meter meter;
  for (auto _ : state) {
    const auto compiled = compile_profile(*text, name + ".toml", {.values = {}, .may_lack = true});
    if (!compiled.value) return state.SkipWithError("the profile has complaints");
    const auto& api = *compiled.value;
    const auto writer = api::request_writer::create(api, "api.example.com", "/v2", token, "bench");
    if (!writer) return state.SkipWithError("the profile makes no requests");
    api::resource_reader reader(api, {}, nullptr, false);
    api::reply_reader replies(api);
    benchmark::DoNotOptimize(reader);
    benchmark::DoNotOptimize(replies);
  }
  meter.report(state, state.iterations());
}

[[maybe_unused]] const bool registered = [] {
  for (const auto& name : embedded_profile_names())
    benchmark::RegisterBenchmark(("profile/" + name).c_str(), [name](benchmark::State& state) {
      begun(state, name);
    })->Unit(benchmark::kMicrosecond);
  return true;
}();

}  // namespace
}  // namespace pawl::config
