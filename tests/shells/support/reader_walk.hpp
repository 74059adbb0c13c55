// Walks a shell that reads through everything that may befall it: a cancellation after each handler, and each
// trouble of the network at each of its requests, once and for good.
#pragma once

#include "tests/shells/support/reader_stage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pawl::testing {

struct trouble {
  std::string name;
  answer what;
  // What a read of something that must be there makes of it.
  enum class is : std::uint8_t {
    outage,     // is tried again until patience ends
    throttled,  // likewise
    charged,    // is tried again as often as retry.max_attempts says
    own,        // the API's own refusal of this resource
    foreign,    // a refusal by who knows whom: likewise once the API was there three times
    page,       // a success that is not the API's
    wrong_key,  // 401
    stop,       // nobody but a person can mend it
  };
  is kind = is::outage;
};

inline std::vector<trouble> every_trouble() {
  using is = trouble::is;
  std::vector<trouble> all;
  for (auto fault = transport_fault::resolve; fault < transport_fault::cancelled;
       fault = static_cast<transport_fault>(static_cast<int>(fault) + 1)) {
    const bool is_set_up_wrong = fault == transport_fault::untrusted ||
                                 fault == transport_fault::proxy_credentials ||
                                 fault == transport_fault::client_certificate;
    const std::string name{to_string(fault)};
    all.push_back(
        {name + ", nothing sent", broken(fault, phase::not_sent), is_set_up_wrong ? is::stop : is::outage});
    all.push_back({name, broken(fault, phase::maybe_applied),
                   fault == transport_fault::oversized ? is::charged : is::outage});
  }
  const auto add = [&all](std::string name, answer what, is kind) {
    all.push_back({std::move(name), std::move(what), kind});
  };
  for (const int status : {500, 502, 503, 504, 599, 600, 99}) add("", reply(status), is::outage);
  all[all.size() - 1].kind = all[all.size() - 2].kind = is::charged;  // no answers of HTTP
  add("", reply(408), is::charged);
  add("", reply(421), is::outage);
  add("", reply(423), is::charged);
  add("", reply(425), is::charged);
  add("", reply(429), is::throttled);
  for (const int status : {423, 425, 429, 503, 404})
    add("Retry-After", with_header(reply(status), "Retry-After", "2"), is::throttled);
  add("", reply(401), is::wrong_key);
  add("", reply(402), is::stop);
  add("", reply(407), is::stop);
  add("scope", own_error(403, "scope_required"), is::stop);
  for (const int status : {302, 410}) add("", reply(status), is::stop);
  for (const int status : {400, 403, 404, 422}) {
    add("own", own_error(status, "own"), is::own);
    add("foreign", page_for_people(status), is::foreign);
  }
  add("page", page_for_people(200), is::page);
  for (auto& t : all)
    if (t.what.fault == transport_fault::none) t.name = std::to_string(t.what.status) + " " + t.name;
  return all;
}

// One shell's work. `serve` answers its requests as an API that is well; `work` says in words what came of
// it.
struct reader_walk {
  reader_terms terms;
  std::function<answer(const fake_network::request&)> serve;
  std::function<boost::asio::awaitable<std::string>(reader_stage&)> work;
  duration opening_takes = 30ms;
  // How the work is told to stop; empty: the stage's client is.
  std::function<void(reader_stage&, client::read_client::stopping)> stop;

  struct outcome {
    std::string result;
    std::vector<std::string> paths;
    std::size_t steps = 0;
    duration took{};
    bool is_clean = false;
    std::optional<std::size_t> open_at_stop;  // requests under way when it was stopped
  };
  using stopping = client::read_client::stopping;
  struct stop_at {
    std::size_t step = SIZE_MAX;
    stopping how = stopping::now;
  };

  outcome run(const std::function<void(reader_stage&)>& prepare = {}) const {
    const stop_at never;
    return run(prepare, never);
  }
  outcome run(const std::function<void(reader_stage&)>& prepare, const stop_at& cut) const {
    reader_stage s(terms);
    s.network.serve = serve;
    s.network.opening_takes = opening_takes;
    if (prepare) prepare(s);
    outcome end;
    bool has_ended = false;
    const auto all = [&]() -> boost::asio::awaitable<void> {
      end.result = co_await work(s);
      has_ended = true;
    };
    s.start(all());
    s.run_until([&] { return has_ended || s.steps() >= cut.step; });
    if (!has_ended) {
      const auto told = clock::now();
      const auto asked_before = s.network.requests.size();
      end.open_at_stop = s.network.on_loan;
      if (stop)
        stop(s, cut.how);
      else
        s.client.stop(cut.how);
      s.run_until([&] { return has_ended; });
      // What is on its way ends with its answer, or now; nothing new is sent.
      const auto most = cut.how == stopping::now ? duration{} : std::max(opening_takes, duration{10ms});
      EXPECT_LE(clock::now() - told, most);
      EXPECT_EQ(s.network.requests.size(), asked_before);
    }
    end.took = clock::now() - s.begin;
    end.steps = s.steps();
    end.paths = s.paths();
    end.is_clean = s.ends_clean();
    return end;
  }

  // A network that does this to the request with that number, and to those that follow with `for_good`.
  std::function<void(reader_stage&)> with(const trouble& t, std::size_t number, bool for_good) const {
    return [this, what = t.what, number, for_good](reader_stage& s) {
      s.network.serve = [this, what, number, for_good, &s](const fake_network::request& r) {
        const auto is = s.network.requests.size() - 1;
        return is == number || (for_good && is > number) ? what : serve(r);
      };
    };
  }

  // Wherever it is stopped it ends at once with an interruption, and leaves nothing behind.
  void is_stopped_everywhere() const {
    const auto whole = run();
    ASSERT_TRUE(whole.is_clean);
    ASSERT_GT(whole.steps, 2u);
    for (const auto how : {stopping::waits, stopping::now})
      for (std::size_t n = 0; n < whole.steps; ++n) {
        SCOPED_TRACE(std::string{how == stopping::now ? "now, after " : "waits, after "} + std::to_string(n));
        const auto cut = run({}, {n, how});
        EXPECT_TRUE(cut.is_clean);
        // After the last reply there is nothing left to interrupt.
        const bool was_over = cut.open_at_stop == 0u && cut.paths == whole.paths;
        if (!was_over || cut.result != whole.result) {
          EXPECT_EQ(cut.result, interrupted) << cut.paths.size() << " of " << whole.paths.size();
        }
        ASSERT_LE(cut.paths.size(), whole.paths.size());
        EXPECT_TRUE(std::equal(cut.paths.begin(), cut.paths.end(), whole.paths.begin()));
      }
  }

  // Each trouble once, at each request: what a second attempt mends is mended, what only a person can mend is
  // said at once. `proof` is what is asked where somebody else answers for the API, empty: nothing is.
  void bears_each_trouble_once(const std::string& proof = "/me") const {
    using is = trouble::is;
    const auto whole = run();
    for (const auto& t : every_trouble())
      for (std::size_t at = 0; at < whole.paths.size(); ++at) {
        SCOPED_TRACE(t.name + " at request " + std::to_string(at));
        const auto end = run(with(t, at, false));
        EXPECT_TRUE(end.is_clean);
        auto paths = whole.paths;
        if (t.kind == is::stop || t.kind == is::own || t.kind == is::wrong_key) {
          paths.resize(at + 1);
          EXPECT_EQ(end.result.substr(0, 5), "mend:") << end.result;
        } else {
          auto again = paths.begin() + static_cast<std::ptrdiff_t>(at);
          const auto path = *again;
          again = paths.insert(again, path) + 1;
          if (t.kind == is::foreign && !proof.empty() && path != proof) paths.insert(again, proof);
          EXPECT_EQ(end.result, whole.result);
        }
        EXPECT_EQ(end.paths, paths);
      }
  }

  // Each trouble from each request on, for good: it ends with what is the matter, and not before patience
  // does where the API may come back.
  void ends_with_each_trouble() const {
    using is = trouble::is;
    const auto whole = run();
    for (const auto& t : every_trouble())
      for (std::size_t at = 0; at < whole.paths.size(); ++at) {
        SCOPED_TRACE(t.name + " from request " + std::to_string(at));
        const auto end = run(with(t, at, true));
        EXPECT_TRUE(end.is_clean);
        switch (t.kind) {
          case is::outage:
          case is::foreign:
          case is::page:
            EXPECT_NE(end.result.find("later: nothing but failures of the API for 30 s"), std::string::npos)
                << end.result;
            EXPECT_GE(end.took, terms.stop.patience);
            EXPECT_LE(end.took, terms.stop.patience + 1s);
            break;
          case is::throttled:
            EXPECT_NE(end.result.find("later: nothing but throttling for 30 s"), std::string::npos)
                << end.result;
            EXPECT_GE(end.took, terms.stop.patience);
            EXPECT_LE(end.took, terms.stop.patience + 1s);
            break;
          case is::charged:
            EXPECT_NE(end.result.find("(after 6 attempts)"), std::string::npos) << end.result;
            EXPECT_EQ(end.result.substr(0, 6), "later:");
            EXPECT_EQ(end.paths.size(), at + terms.retry.max_attempts);
            break;
          case is::own:
          case is::wrong_key:
          case is::stop:
            EXPECT_EQ(end.result.substr(0, 5), "mend:") << end.result;
            EXPECT_EQ(end.paths.size(), at + 1);
            break;
        }
      }
  }

  // Each way in which a connection cannot be opened, at the first one.
  void bears_that_no_connection_opens() const {
    const auto whole = run();
    for (const auto& t : every_trouble()) {
      if (t.what.fault == transport_fault::none || t.what.reached != phase::not_sent) continue;
      SCOPED_TRACE(t.name);
      const auto end = run([&t](reader_stage& s) { s.network.opening = {t.what.fault}; });
      EXPECT_TRUE(end.is_clean);
      if (t.kind == trouble::is::stop) {
        EXPECT_EQ(end.result.substr(0, 5), "mend:") << end.result;
        EXPECT_TRUE(end.paths.empty());
      } else {
        EXPECT_EQ(end.result, whole.result);
        EXPECT_EQ(end.paths, whole.paths);
      }
    }
  }

  void all() const {
    is_stopped_everywhere();
    bears_each_trouble_once();
    ends_with_each_trouble();
    bears_that_no_connection_opens();
  }
};

}  // namespace pawl::testing
