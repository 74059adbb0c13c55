// A run, of five rows as a rule, against the model server, in virtual time.
#pragma once

#include "engine/client/quota_file.hpp"
#include "engine/http/endpoint.hpp"
#include "engine/run/runner.hpp"
#include "tests/shells/support/fake_ledger.hpp"
#include "tests/shells/support/model_api.hpp"
#include "tests/shells/support/stage.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::run::testing {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using pawl::testing::model_api;

inline constexpr std::size_t rows = 5;

// The runner asks a file for intents that were left, and its writer is the fake; so one file serves all.
inline ledger::ledger_file& any_ledger() {
  static pawl::ledger::testing::temporary_directory directory;
  static auto file = pawl::ledger::testing::begin(directory / "run.pawl.db", rows);
  return file.file;
}

// Likewise: nothing is limited here, so there is nothing to remember.
inline client::quota_file& any_quota() {
  static pawl::ledger::testing::temporary_directory directory;
  static auto file = *client::quota_file::open(directory.path(), "api.test", secret{"key"}, {}, {});
  return file;
}

struct run_stage : pawl::testing::stage {
  const std::size_t count;    // of resources, and of rows unless there are others
  std::size_t total = count;  // of rows
  api::profile profile = pawl::testing::items_profile();
  model_api api{count};
  pawl::testing::fake_ledger book;
  run_options options;
  client::progress_counters progress;
  std::optional<input::job_source> source;
  std::unique_ptr<run::runner> runner;
  const ledger::row_set done;
  const bool needs_intents;  // else a row may simply be sent again
  std::optional<run_report> report;

  enum class column : std::uint8_t { status, notify };
  std::optional<pawl::ledger::testing::temporary_directory> own_directory;
  std::optional<client::quota_file> own_quota;
  // Replaceable before begin().
  client::quota_file* quota = &any_quota();
  std::function<expected<secret>()> key = []() -> expected<secret> { return secret{"a-key-of-this-test"}; };

  explicit run_stage(bool read_first, column what = column::status, std::size_t how_many = rows)
      : count(how_many), needs_intents(read_first || what == column::notify) {
    network.opening_takes = 5ms;
    network.serve = [this](const auto& request) { return api.serve(request); };
    options.read_first = read_first;
    options.concurrency = 2;
    options.transport.target = *http::parse_endpoint("https://api.test/v1", false);
    options.user_agent = "test";
    options.stop.patience = 10min;
    book.commit_takes = 1ms;
    std::string text = what == column::status ? "id,status\n" : "id,status,notify\n";
    for (std::size_t n = 1; n <= count; ++n)
      text += "t" + std::to_string(n) + (what == column::status ? ",done\n" : ",done,yes\n");
    take_rows(text);
  }
  // Other rows than those; the truth is then for the test to check.
  void take_rows(const std::string& csv) {
    total = static_cast<std::size_t>(std::ranges::count(csv, '\n')) - 1;
    input::source_options how;
    how.format = input::file_format::csv;
    source.emplace(*input::job_source::from_bytes("jobs.csv", csv, profile, how));
  }

  // With a file of its own for the quota, which then has one entry for each request that was sent.
  void limit(std::vector<rate_window> windows) {
    options.writes.windows = options.reads.windows = std::move(windows);
    keep_quota();
  }
  void keep_quota() {
    own_directory.emplace();
    own_quota.emplace(*client::quota_file::open(own_directory->path(), "api.test", secret{"key"},
                                                options.writes, options.reads));
    quota = &*own_quota;
  }

  void begin() {
    client::token_source token;
    token.read = [this]() -> expected<client::issued_key> {
      auto read = key();
      if (!read) return std::move(read.error());
      return client::issued_key{*std::move(read), {}};
    };
    runner = *run::runner::create(io, options, profile, *quota, token, progress);
    start(run());
    // The reader's thread has its own pace: the clock stands until it has brought rows, or none are asked
    // for.
    while (network.requests.empty() && network.being_opened == 0 && book.calls == 0 && !report) {
      io.restart();
      io.run_one();
    }
  }
  asio::awaitable<void> run() { report = co_await runner->run(*source, any_ledger(), 1, 1, total, done); }
  void end() {
    run_to_the_end();
    ASSERT_TRUE(report);
    check_truth();
  }

  // What was said of each row holds of the resource, and nothing is left under way.
  void check_truth() {
    EXPECT_EQ(network.on_loan, 0u);
    EXPECT_EQ(progress.in_flight, 0u);
    if (own_quota) {
      const auto is_used = [](const auto& entry) { return !entry.is_unused(); };
      EXPECT_EQ(std::ranges::count_if(own_quota->writes(), is_used), progress.figures.writes);
      EXPECT_EQ(std::ranges::count_if(own_quota->reads(), is_used), progress.figures.reads);
    }
    for (std::uint64_t row = 1; row <= count; ++row) {
      const auto id = "t" + std::to_string(row);
      SCOPED_TRACE(id);
      const auto& item = api.items.at(id);
      std::size_t said = 0;
      for (const auto& o : book.outcomes) said += o.row == row ? 1 : 0;
      EXPECT_LE(said, 1u) << "recorded more than once";
      const auto* is = book.outcome_of(row);
      if (is == nullptr) {
        if (item.writes > 0 && needs_intents) {
          EXPECT_TRUE(book.has_intent(row)) << "written, and the ledger does not know";
        }
        continue;
      }
      if (is_success(is->outcome)) {
        EXPECT_EQ(item.status, "done") << to_string(is->outcome);
      } else if (is->outcome != outcome::unknown) {
        EXPECT_EQ(item.writes, 0u) << to_string(is->outcome);
      }
    }
    // An intent makes the next run look at the resource, so one of which no byte was sent is taken back.
    for (const auto& left : book.intents) {
      const auto sent = [&left](const auto& request) {
        return request.line.starts_with("PATCH") && request.line.ends_with("/" + left.id);
      };
      if (book.outcome_of(left.row) == nullptr && report->stop_reason != "ledger") {
        EXPECT_TRUE(std::ranges::any_of(network.requests, sent))
            << "an intent that was not withdrawn: " << left.id;
      }
    }
    for (const auto row : book.withdrawn) {
      if (!book.has_intent(row) && book.outcome_of(row) == nullptr) {
        EXPECT_EQ(api.items.at("t" + std::to_string(row)).writes, 0u) << "withdrawn, and written";
      }
    }
  }
  std::size_t recorded() const { return book.outcomes.size(); }
};

}  // namespace pawl::run::testing
