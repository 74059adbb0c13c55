// The reader's hot paths over a file on disk: rows into jobs, the validation pass, the digest alone. Rows are
// those of a retagging (id, status, tags), about 50 bytes each. Figures stand in benchmarks/README.md.
#include "benchmarks/support/allocation_counter.hpp"
#include "engine/input/job_source.hpp"
#include "engine/input/validation.hpp"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

namespace {

using namespace pawl;

constexpr std::int64_t row_count = 200'000;

const api::profile& profile() {
  static const api::profile made = [] {
    api::profile p;
    const auto add = [&p](const char* name, api::field_type type) -> api::field_spec& {
      auto& f = p.fields.emplace_back();
      f.name = name;
      f.type = type;
      return f;
    };
    auto& title = add("title", api::field_type::string);
    title.nullable = true;
    title.max_length = 512;
    add("status", api::field_type::enumeration).values = {"open", "snoozed", "done"};
    p.fields.back().requires_ = {{"\"snoozed\"", field_index{2}}};
    add("snoozed_until", api::field_type::timestamp);
    add("tag_ids", api::field_type::list);
    add("closed_loop", api::field_type::boolean);
    return p;
  }();
  return made;
}

// A file of the benchmark's own, removed at exit.
struct input_file {
  std::string path;
  std::int64_t bytes = 0;

  explicit input_file(input::file_format format) {
    const bool csv = format == input::file_format::csv;
    const char* directory = std::getenv("TMPDIR");
    path = std::string(directory != nullptr ? directory : "/tmp") + "/pawl-bench-" +
           std::to_string(reinterpret_cast<std::uintptr_t>(this)) + (csv ? ".csv" : ".ndjson");
    std::string text = csv ? "id,status,tag_ids,title\n" : "";
    for (std::int64_t i = 0; i < row_count; ++i) {
      const auto n = std::to_string(1'000'000 + i);
      if (csv)
        text += "cm0thread" + n + ",done,tag_" + n + ";tag_b,Broken export\n";
      else
        text += "{\"id\":\"cm0thread" + n + "\",\"status\":\"done\",\"title\":\"Broken export\"}\n";
    }
    bytes = static_cast<std::int64_t>(text.size());
    std::ofstream out(path, std::ios::binary);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + path);
  }
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;
  ~input_file() { std::remove(path.c_str()); }
};

const input_file& file_of(input::file_format format) {
  static const input_file csv(input::file_format::csv), ndjson(input::file_format::ndjson);
  return format == input::file_format::csv ? csv : ndjson;
}

input::job_source open(const input_file& file) {
  auto source = input::job_source::open(file.path, profile(), {});
  if (!source) throw std::runtime_error(to_string(source.error()));
  return std::move(*source);
}

void count(benchmark::State& state, const input_file& file, const bench::allocation_meter& meter) {
  meter.report(state, state.iterations() * row_count);
  state.SetItemsProcessed(state.iterations() * row_count);
  state.SetBytesProcessed(state.iterations() * file.bytes);
}

void next_rows(benchmark::State& state, input::file_format format) {
  const auto& file = file_of(format);
  auto source = open(file);
  const auto start = source.position();
  job_batch batch;
  const bench::allocation_meter meter;
  for (auto _ : state) {
    if (!source.seek(start)) throw std::runtime_error("cannot seek");
    std::int64_t rows = 0;
    while (true) {
      const auto more = source.next(batch);
      if (!more) throw std::runtime_error(to_string(more.error()));
      if (!*more) break;
      rows += static_cast<std::int64_t>(batch.size());
      benchmark::DoNotOptimize(batch.job(batch.size() - 1).patch.data());
    }
    if (rows != row_count) throw std::runtime_error("rows are missing");
  }
  count(state, file, meter);
}
BENCHMARK_CAPTURE(next_rows, csv, input::file_format::csv)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(next_rows, ndjson, input::file_format::ndjson)->Unit(benchmark::kMillisecond);

void validate_rows(benchmark::State& state, input::file_format format) {
  const auto& file = file_of(format);
  auto source = open(file);
  const bench::allocation_meter meter;
  for (auto _ : state) {
    const auto report = input::validate(source, profile(), {}, nullptr);
    if (!report || report->bad_rows != 0) throw std::runtime_error("the input is not valid");
  }
  count(state, file, meter);
}
BENCHMARK_CAPTURE(validate_rows, csv, input::file_format::csv)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(validate_rows, ndjson, input::file_format::ndjson)->Unit(benchmark::kMillisecond);

void digest(benchmark::State& state) {
  const auto& file = file_of(input::file_format::csv);
  auto source = open(file);
  const bench::allocation_meter meter;
  for (auto _ : state) {
    const auto identity = source.identity();
    if (!identity) throw std::runtime_error(to_string(identity.error()));
    benchmark::DoNotOptimize(identity->file.data());
  }
  count(state, file, meter);
}
BENCHMARK(digest)->Unit(benchmark::kMillisecond);

}  // namespace
