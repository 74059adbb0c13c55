// What a row costs on its way into the ledger, and what a resume of a large one costs. The figures to beat:
// 0.63-0.80 us a row in groups of 1,000, 70 bytes an applied row, 0.6 s for a resume of 5 million rows
// together with everything else. TMPDIR says which disk is measured.
#include "benchmarks/support/allocation_counter.hpp"
#include "engine/app/rows/export_rows.hpp"
#include "engine/ledger/group_commit.hpp"
#include "engine/ledger/ledger.hpp"

#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace pawl::ledger {
namespace {

const wall_time start{std::chrono::microseconds{1'795'000'000'000'000}};

template <class T>
T must(expected<T> value) {
  if (!value) throw std::runtime_error(to_string(value.error()));
  return std::move(*value);
}
void must(const status& done) {
  if (!done) throw std::runtime_error(to_string(done.error()));
}

struct ledger_place {
  ledger_place() {
    auto name = (std::filesystem::temp_directory_path() / "pawl-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory = name;
    path = name + "/jobs.ledger";
  }
  ~ledger_place() { std::filesystem::remove_all(directory); }
  std::filesystem::path directory;
  std::string path;
};

constexpr std::uint64_t most_rows = 1'000'000'000;

std::pair<std::int64_t, std::int64_t> begin(ledger_file& file, std::uint64_t rows = most_rows) {
  generation_row g;
  g.target = {"productlane", "https://productlane.com/api/v2", "ws_1"};
  g.started = start;
  g.rows = rows;
  const auto generation = must(file.begin_generation(g, {}));
  return {generation, must(file.begin_run(generation, "bench", start))};
}

// UUIDs and request ids in hexadecimal, as an API gives them; different for every row.
class rows {
 public:
  const job_record& next() {
    ++job_.row;
    auto seed = job_.row * 0x9e3779b97f4a7c15u;
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t i = 0; i < id_.size(); ++i)
      if (id_[i] != '-') id_[i] = digits[(seed = seed * 6364136223846793005u + 1442695040888963407u) >> 60];
    for (std::size_t i = 4; i < request_.size(); ++i)
      request_[i] = digits[(seed = seed * 6364136223846793005u + 1442695040888963407u) >> 60];
    job_.id = {id_.data(), id_.size()};
    job_.request_id = {request_.data(), request_.size()};
    job_.outcome = outcome::applied;
    job_.verified = verified::full;
    job_.http_status = 200;
    job_.attempts = 1;
    job_.sent_at = start + std::chrono::microseconds{job_.row * 30};
    job_.latency_us = 20'000 + seed % 30'000;
    job_.finished_at = job_.sent_at + std::chrono::microseconds{job_.latency_us + seed % 400};
    return job_;
  }

 private:
  job_record job_;
  std::string id_ = "00000000-0000-0000-0000-000000000000", request_ = "req_0000000000000000";
};

// The writer thread's part, on the clock of the disk.
void append(benchmark::State& state) {
  ledger_place place;
  std::int64_t generation = 0, run = 0;
  {
    auto file = must(ledger_file::open(place.path, access::read_write));
    std::tie(generation, run) = begin(file);
  }
  auto db = must(database::open(place.path, SQLITE_OPEN_READWRITE));
  must(db->execute("PRAGMA synchronous = FULL"));
  auto group = must(group_commit::prepare(*db, generation, run));
  std::vector<record_batch> batches(1);
  rows source;
  const bench::allocation_meter meter;
  for (auto _ : state) {
    state.PauseTiming();
    batches[0].clear();
    for (std::int64_t i = 0; i < state.range(0); ++i) batches[0].add(source.next());
    state.ResumeTiming();
    must(group->commit(batches));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  meter.report(state, state.iterations() * state.range(0));
  group.reset();
  must(db->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  state.counters["bytes_per_row"] = static_cast<double>(std::filesystem::file_size(place.path)) /
                                    static_cast<double>(state.iterations() * state.range(0));
}
BENCHMARK(append)->Arg(1)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond)->UseRealTime();

// The network thread's part: what put() costs it, without the disk.
void hand_over(benchmark::State& state) {
  record_batch batch;
  rows source;
  const auto job = source.next();
  const bench::allocation_meter meter;
  for (auto _ : state) {
    batch.add(job);
    if (batch.records() == 1000) batch.clear();
  }
  state.SetItemsProcessed(state.iterations());
  meter.report(state, state.iterations());
}
BENCHMARK(hand_over);

boost::asio::awaitable<void> pump(ledger_writer& writer, rows& source, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& job = source.next();
    while (!writer.put(job)) co_await writer.room();
  }
  const auto done = co_await writer.drain();
  must(done);
}

// Both threads, 100,000 rows at a time.
void write_through(benchmark::State& state) {
  ledger_place place;
  auto file = must(ledger_file::open(place.path, access::read_write));
  const auto [generation, run] = begin(file);
  boost::asio::io_context context;
  ledger_writer writer{context, file, generation, run, writer_options{}};
  rows source;
  const bench::allocation_meter meter;
  for (auto _ : state) {
    boost::asio::co_spawn(context, pump(writer, source, 100'000), [](const std::exception_ptr& e) {
      if (e) std::rethrow_exception(e);
    });
    context.restart();
    context.run();
  }
  state.SetItemsProcessed(state.iterations() * 100'000);
  meter.report(state, state.iterations() * 100'000);
}
BENCHMARK(write_through)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

// 5 million rows, the last 10,000 of them pending; made once.
const std::string& large_ledger() {
  static ledger_place place;
  static const bool made = [] {
    auto file = must(ledger_file::open(place.path, access::read_write));
    const auto [generation, run] = begin(file, 5'000'000);
    boost::asio::io_context context;
    ledger_writer writer{context, file, generation, run, writer_options{}};
    rows source;
    boost::asio::co_spawn(context, pump(writer, source, 4'990'000), [](const std::exception_ptr& e) {
      if (e) std::rethrow_exception(e);
    });
    context.run();
    return true;
  }();
  static_cast<void>(made);
  return place.path;
}

void resume(benchmark::State& state) {
  const auto& path = large_ledger();
  for (auto _ : state) {
    auto file = must(ledger_file::open(path, access::read_write));
    benchmark::DoNotOptimize(must(file.newest_generation()));
    benchmark::DoNotOptimize(must(file.counts(1)));
    benchmark::DoNotOptimize(must(file.done_rows(1, 5'000'000)));
    benchmark::DoNotOptimize(must(file.open_intents(1)));
  }
  state.counters["bytes_per_row"] = static_cast<double>(std::filesystem::file_size(path)) / 4'990'000;
}
BENCHMARK(resume)->Unit(benchmark::kMillisecond);

void export_lines(benchmark::State& state) {
  auto file = must(ledger_file::open(large_ledger(), access::read_only));
  const app::export_writer writer{app::export_format::csv};
  std::string out;
  const bench::allocation_meter meter;
  for (auto _ : state) {
    std::int64_t left = 100'000;
    must(file.for_each_job(1, {}, [&](const job_row& job) {
      if (left % 1000 == 0) out.clear();
      writer.append(out, job, {});
      return --left > 0;
    }));
  }
  state.SetItemsProcessed(state.iterations() * 100'000);
  meter.report(state, state.iterations() * 100'000);
}
BENCHMARK(export_lines)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pawl::ledger
