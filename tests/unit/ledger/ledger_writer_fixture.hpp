// A ledger writer on a thread of its own, and coroutines that feed it.
#pragma once

#include "engine/ledger/database.hpp"
#include "engine/ledger/ledger_writer.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace pawl::ledger::testing {

namespace asio = boost::asio;

inline void run(asio::io_context& context, asio::awaitable<void> body) {
  std::exception_ptr thrown;
  asio::co_spawn(context, std::move(body), [&](const std::exception_ptr& e) { thrown = e; });
  context.restart();
  context.run();
  if (thrown) std::rethrow_exception(thrown);
}

inline asio::awaitable<void> put_rows(ledger_writer& writer, std::uint64_t first, std::uint64_t last) {
  for (auto row = first; row <= last; ++row) {
    const auto job = applied(row);
    while (!writer.put(job)) co_await writer.room();
  }
}

inline asio::awaitable<void> put_and_drain(ledger_writer& writer, std::uint64_t first, std::uint64_t last,
                                           status& result) {
  co_await put_rows(writer, first, last);
  result = co_await writer.drain();
}

inline asio::awaitable<void> commit_one(ledger_writer& writer, std::uint64_t row, std::string_view old_values,
                                        status& result) {
  intent_record intent;
  intent.row = row;
  intent.id = "t-1";
  intent.sent_at = start + std::chrono::seconds{row};
  intent.old_values = old_values;
  result = co_await writer.commit(intent);
}

inline asio::awaitable<void> only_drain(ledger_writer& writer, status& result) {
  result = co_await writer.drain();
}

class ledger_writer_test : public ::testing::Test {
 protected:
  std::int64_t ask(const std::string& sql) {
    return must(must(database::open(path, SQLITE_OPEN_READONLY))->ask(sql));
  }

  temporary_directory directory;
  std::string path = directory / "jobs.csv.ledger";
  asio::io_context context;
  writer_options options;
};

}  // namespace pawl::ledger::testing
