// One read_client whose replies a test queues or serves, and what became of each of its reads in words.
#pragma once

#include "engine/api/calls.hpp"
#include "engine/client/read_client.hpp"
#include "tests/shells/support/reader_walk.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::client::by_hand {

using namespace pawl::testing;
namespace asio = boost::asio;
using texts = std::vector<std::string>;

inline constexpr std::string_view item = R"({"id":"t1","status":"open","title":"a"})";
inline answer good() {
  return reply(200, std::string{item});
}
inline read_terms of_a_resource() {
  read_terms terms;
  terms.refusals_are_answers = true;
  return terms;
}

// A server that accepts this key alone.
inline answer by_key(const fake_network::request& r, std::string_view key) {
  return r.text.find("Bearer " + std::string{key} + "\r\n") == std::string::npos ? reply(401) : good();
}

struct reading : ::testing::Test {
  std::optional<reader_stage> s;
  read_terms terms;

  // Replies in their order; after the last one the API is silent.
  void begin(std::deque<answer> answers, reader_terms t = {}) {
    s.emplace(std::move(t));
    s->network.answers = std::move(answers);
  }
  // As api::resource_call() makes it.
  static api::call call_of(const std::string& path) {
    api::call made{path};
    if (path.starts_with("/items/")) made.id = path.substr(7);
    return made;
  }
  std::string get(const std::string& path = "/items/t1") {
    return in_words(s->result_of(s->client.get(call_of(path), terms)));
  }
  // Starts a read that goes on while others are made.
  void start(std::string path, std::string& to) { s->start(keep(std::move(path), to)); }
  asio::awaitable<void> keep(std::string path, std::string& to) {
    const auto what = call_of(path);
    const auto got = co_await s->client.get(what, terms);
    to = in_words(got) + " at " + s->now_text();
  }
  void TearDown() override {
    if (s && !HasFailure()) {
      EXPECT_TRUE(s->ends_clean());
    }
  }
};

// Where a wait is spread, the test draws the same numbers as the client does: one for the gate with each
// reply, one for each backoff.
inline duration part_of(duration whole, double jitter01) {
  return duration{static_cast<duration::rep>(static_cast<double>(whole.count()) * jitter01)};
}

}  // namespace pawl::client::by_hand
