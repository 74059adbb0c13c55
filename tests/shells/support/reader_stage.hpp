// A stage with a read_client and all that it lives on: a profile by hand, a key, a line, a pool of the fake
// network. What is asked of the API, and when, reads as text.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reading_spec.hpp"
#include "engine/client/read_client.hpp"
#include "engine/model/error.hpp"
#include "engine/sys/clock.hpp"
#include "engine/text/json_path.hpp"
#include "tests/shells/support/model_api.hpp"
#include "tests/shells/support/stage.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pawl::testing {

using namespace std::chrono_literals;

// The items of the model server; whoami tells scopes, and replies have an id.
inline api::profile reader_profile() {
  auto p = items_profile();
  p.headers.request_id = "X-Request-Id";
  p.whoami.scopes = *parse_json_path("scopes");
  return p;
}

// Two items a page.
inline api::list_spec reader_list() {
  api::list_spec l;
  l.path = "/items";
  l.request.query = {{"limit", {{api::hole::none, "2", {}}}}, {"after", {{api::hole::cursor, {}, {}}}}};
  l.page_size = 2;
  l.items = *parse_json_path("data");
  l.cursor = *parse_json_path("next");
  l.id = *parse_json_path("id");
  l.name = *parse_json_path("name");
  return l;
}

// An error in the API's own envelope.
inline answer own_error(int status, const std::string& code) {
  return reply(status, R"({"error":{"code":")" + code + R"(","message":"No."}})");
}
// A page of a gateway, for people.
inline answer page_for_people(int status) {
  return reply(status, "<html><body>Sorry</body></html>");
}
// What a test may settle before the client is made.
struct reader_terms {
  api::profile profile = reader_profile();
  policy::retry_options retry;
  policy::stop_options stop = thirty_seconds();
  policy::pacer_options limits;  // unlimited
  std::vector<rate_limit> each;
  duration attempt_timeout = 60s;
  // The key that the source gives from this moment on.
  std::vector<std::pair<duration, std::string>> keys = {{0s, "first"}};
  bool key_may_change = false;
  // A program that makes keys, on a thread of its own; empty: the source is read at once.
  std::function<expected<client::issued_key>(const std::atomic<bool>&)> make;
  bool is_swept = false;  // deadlines of attempts end them

  static policy::stop_options thirty_seconds() {
    policy::stop_options o;
    o.patience = 30s;
    o.max_wait = 90s;
    return o;
  }
};

inline constexpr std::uint32_t seed = 7;  // of the jitter; chosen

struct reader_stage : stage {
  const reader_terms terms;
  const time_point begin = clock::now();
  http::transport_options transport = to_the_test(terms);
  std::unique_ptr<http::connection_pool> pool = *http::connection_pool::create(io, transport);
  policy::pacer pacer{terms.limits, {}, begin, {}};
  client::send_line line{io, pacer};
  client::credentials keys{terms.profile, transport.target, "test", source()};
  api::reply_reader reader{terms.profile};
  client::jitter_source jitter{seed};
  client::progress_counters progress;
  policy::each_limits each{terms.each};
  std::vector<std::string> told;  // "10 trouble: ...", "10 pause 60000: ..."
  std::size_t key_questions = 0;
  client::read_client client{parts()};
  client::read_upkeep upkeep{io, *pool, line, client};

  explicit reader_stage(reader_terms t = {}) : terms(std::move(t)) {
    if (!keys.load()) throw std::runtime_error("no key");
    progress.on_trouble = [this](const std::string& what) {
      told.push_back(now_text() + " trouble: " + what);
    };
    progress.on_pause = [this](const std::string& what, duration wait) {
      told.push_back(now_text() + " pause " + ms(wait) + ": " + what);
    };
    if (terms.is_swept)
      upkeep.start();
    else
      start(line.run());
  }

  // A test that failed may leave reads under way; their leases go with io, and need their pool until then.
  ~reader_stage() {
    if (network.on_loan > 0) static_cast<void>(pool.release());
  }

  client::read_client::parts parts() {
    return {io,   terms.profile, terms.retry, terms.stop, transport, *pool,   pacer,
            line, keys,          reader,      jitter,     progress,  nullptr, &each};
  }

  static std::string ms(duration d) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
  }
  // Milliseconds since the beginning.
  std::string now_text() const { return ms(clock::now() - begin); }
  // "0 /me" of each request so far: when it was sent, and what it asked for.
  std::vector<std::string> asked() const {
    std::vector<std::string> all;
    for (const auto& r : network.requests) all.push_back(ms(r.at - begin) + " " + path_of(r));
    return all;
  }
  std::vector<std::string> paths() const {
    std::vector<std::string> all;
    for (const auto& r : network.requests) all.push_back(path_of(r));
    return all;
  }
  static std::string path_of(const fake_network::request& r) { return r.line.substr(r.line.find(' ') + 1); }

  // Ends what the stage itself has started. Nothing is left then: no lease, nobody in the line, no timer.
  // Stopping the client again touches each alarm that it still knows.
  bool ends_clean() {
    client.stop(client::read_client::stopping::now);
    line.cancel_all();
    if (terms.is_swept) start(upkeep.finish());
    run_to_the_end();
    return network.on_loan == 0 && network.being_opened == 0 && pacer.waiting() == 0 &&
           pacer.in_flight() == 0 && !step();
  }

 private:
  static http::transport_options to_the_test(const reader_terms& t) {
    http::transport_options o;
    o.target.host = o.target.host_header = "api.test";
    o.attempt_timeout = t.attempt_timeout;
    return o;
  }
  client::token_source source() {
    client::token_source s;
    s.read = [this]() -> expected<client::issued_key> {
      ++key_questions;
      std::string key;
      for (const auto& [since, text] : terms.keys)
        if (clock::now() - begin >= since) key = text;
      return client::issued_key{secret{key}, {}};
    };
    s.may_change = [this] { return terms.key_may_change; };
    s.make = terms.make;
    return s;
  }
};

inline std::string in_words(const failure& f) {
  const auto* kind = f.kind == failure_kind::mend    ? "mend: "
                     : f.kind == failure_kind::later ? "later: "
                                                     : "usage: ";
  return kind + f.what;
}
inline std::string in_words(const expected<client::read_reply>& got) {
  if (!got) return in_words(got.error());
  if (got->reached != phase::answered) return got->in_words();
  return std::to_string(got->http_status) + (got->foreign ? " foreign" : "");
}
inline const std::string interrupted = "later: interrupted";

}  // namespace pawl::testing
