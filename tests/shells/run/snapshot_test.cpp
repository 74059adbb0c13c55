#include "engine/run/snapshot.hpp"

#include "engine/policy/needless_write.hpp"
#include "tests/shells/support/reader_items.hpp"
#include "tests/shells/support/reader_walk.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::run {
namespace {

namespace asio = boost::asio;
using namespace pawl::testing;
using texts = std::vector<std::string>;

// Takes rows that need no write, after `takes`.
struct sink final : snapshot_sink {
  asio::io_context& io;
  duration takes{};
  std::uint64_t left = 1000;
  texts shown;  // "t1", and "t1 taken"

  explicit sink(asio::io_context& context) : io(context) {}

  asio::awaitable<bool> take(const job_view& job, const api::write_plan& plan) override {
    async::wakeup alarm(io);
    const auto until = clock::now() + takes;
    while (clock::now() < until) co_await alarm.sleep(until);
    const bool is_needless = policy::needless_write(plan).has_value();
    shown.push_back(std::string{job.id} + (is_needless ? " taken" : ""));
    co_return is_needless;
  }
  std::uint64_t rows_left() const override { return left; }
};

// Rows t1, t2, ... that want the status done.
snapshot_input waiting_rows(const api::list_spec& list, std::uint64_t count) {
  auto table = *ledger::pending_table::create();
  const std::vector<field_value> patch{{field_index{0}, "status", "\"done\""}};
  for (std::uint64_t row = 1; row <= count; ++row) {
    const auto id = "t" + std::to_string(row);
    job_view job;
    job.row = row;
    job.id = id;
    job.patch = patch;
    EXPECT_TRUE(table.add(job));
  }
  EXPECT_TRUE(table.finish());
  return {std::move(table), &list, "", 60s};
}

struct pages_under_test {
  reader_stage& s;
  api::list_spec list = reader_list();
  api::resource_reader resources{s.terms.profile, {}, nullptr, false};
  sink to{s.io};
  snapshot_input input;
  snapshot pages{s.parts(), resources, input, to};

  explicit pages_under_test(reader_stage& on, std::uint64_t rows = 1000)
      : s(on), input(waiting_rows(list, rows)) {}

  // "2 pages, 3 settled", and what ended it.
  std::string in_text() const {
    const auto& f = pages.facts();
    return std::to_string(f.pages) + " pages, " + std::to_string(f.settled) + " settled" +
           (f.over ? "" : ", goes on") + (f.failure.empty() ? "" : ": " + f.failure);
  }
  asio::awaitable<std::string> run() {
    co_await pages.run();
    co_return in_text();
  }
};

answer page(std::initializer_list<std::string> items, const std::string& next = "null") {
  return reply(200, page_text(items, next));
}
std::string done(const std::string& id) {
  return item_text(id, "done");
}
std::string open(const std::string& id) {
  return item_text(id, "open");
}

struct paging : ::testing::Test {
  std::optional<reader_stage> s;
  std::optional<pages_under_test> p;

  void begin(std::deque<answer> answers, std::uint64_t rows = 1000, reader_terms t = {}) {
    p.reset();
    s.emplace(std::move(t));
    s->network.answers = std::move(answers);
    p.emplace(*s, rows);
  }
  std::string run() {
    auto text = s->result_of(p->run());
    EXPECT_TRUE(s->ends_clean());
    return text;
  }
};

TEST_F(paging, ConcludesRowsThatAPageShowsAsWanted) {
  begin({page({done("t1"), open("t2")}, "1"), page({done("x"), R"({"name":"no id"})", "7", done("t3")}, "2"),
         page({R"({"id":"t4","title":"shows no status"})", done("t1000"), done("t1001")})});
  EXPECT_EQ(run(), "3 pages, 3 settled");
  EXPECT_EQ(p->to.shown, (texts{"t1 taken", "t2", "t3 taken", "t1000 taken"}));
  EXPECT_EQ(s->paths(), (texts{"/items?limit=2", "/items?limit=2&after=1", "/items?limit=2&after=2"}));
}

TEST_F(paging, DoesNotBeginWithFewRowsOrWhereNoneIsLeft) {
  begin({}, 999);
  EXPECT_EQ(run(), "0 pages, 0 settled");
  EXPECT_TRUE(s->network.requests.empty());
  begin({});
  p->to.left = 0;
  EXPECT_EQ(run(), "0 pages, 0 settled");
  EXPECT_TRUE(s->network.requests.empty());
}

// What concludes a row is as old as the way of the page, and no older than the settings allow.
TEST_F(paging, APageThatIsTooOldConcludesNothing) {
  for (const bool is_late : {false, true}) {
    SCOPED_TRACE(is_late);
    begin({page({done("t1")}, "1"), page({done("t2")})});
    p->input.max_age = 1s;
    s->network.answers[0].takes = is_late ? 1s + 1ms : 1s;
    EXPECT_EQ(run(), is_late ? "2 pages, 1 settled" : "2 pages, 2 settled");
    EXPECT_EQ(p->to.shown.size(), is_late ? 1u : 2u);
  }
}

// While the first row waits for room in the ledger the page grows old.
TEST_F(paging, AgesWhileTheSinkWaits) {
  begin({page({done("t1"), done("t2"), done("t3")}, "1"), page({done("t4")})});
  p->input.max_age = 1s;
  p->to.takes = 600ms;
  EXPECT_EQ(run(), "2 pages, 3 settled");
  EXPECT_EQ(p->to.shown, (texts{"t1 taken", "t2 taken", "t4 taken"}));
}

TEST_F(paging, EndsWherePagesDoNotPay) {
  struct worth_case {
    std::uint64_t left;
    std::size_t paying;  // pages at the beginning that conclude both of their items
    std::size_t pages;
  };
  // A page costs one, a row pays a quarter; 2 % of the rows that are left, or one page, may be owed.
  const worth_case cases[] = {{10, 0, 2}, {10, 1, 2}, {10, 2, 3}, {200, 0, 5}, {1000, 0, 21}, {1000, 10, 25}};
  for (const auto& c : cases) {
    SCOPED_TRACE(std::to_string(c.left) + " left, " + std::to_string(c.paying) + " pay");
    begin({});
    p->to.left = c.left;
    std::size_t asked = 0;
    s->network.serve = [&](const auto&) {
      const auto n = std::to_string(++asked);
      return asked <= c.paying ? page({done("t1" + n), done("t2" + n)}, n)
                               : page({open("x" + n), open("y" + n)}, n);
    };
    run();
    EXPECT_EQ(p->pages.facts().pages, c.pages);
    EXPECT_TRUE(p->pages.facts().failure.empty());
  }
}

// Rows that a page has shown are not looked for any more.
TEST_F(paging, EndsWhenEveryRowWasShown) {
  begin({});
  p->to.left = 5000;
  std::size_t asked = 0;
  s->network.serve = [&](const auto&) {
    std::string items;
    for (std::size_t n = 0; n < 250; ++n)
      items += (n == 0 ? "" : ",") + open("t" + std::to_string(asked * 250 + n + 1));
    return page({items}, std::to_string(++asked));
  };
  EXPECT_EQ(run(), "4 pages, 0 settled");
}

TEST_F(paging, AFailureLeavesTheOtherRowsToTheirOwnReads) {
  begin({page({done("t1")}, "1"), own_error(422, "no")});
  EXPECT_EQ(run(), "1 pages, 1 settled: https://api.test/items: the API answered 422 no: No.");
  EXPECT_EQ(p->to.shown, texts{"t1 taken"});
}

// A run has an hour of patience; pages have 75 s of it, or less where the run has less.
TEST_F(paging, HasLittlePatience) {
  for (const duration patience : {duration{1h}, duration{20s}}) {
    reader_terms t;
    t.stop.patience = patience;
    begin({}, 1000, t);
    s->network.serve = [](const auto&) { return reply(503); };
    const auto text = s->result_of(p->run());
    EXPECT_NE(text.find("nothing but failures of the API for"), std::string::npos) << text;
    EXPECT_EQ(s->now_text(), patience == 1h ? "75010" : "20010");
    EXPECT_TRUE(s->ends_clean());
  }
  reader_terms t;
  t.stop.patience = 1h;
  t.stop.max_wait = 900s;
  begin({with_header(reply(429), "Retry-After", "80")}, 1000, t);
  EXPECT_NE(run().find("longer than limits.max_wait (75 s)"), std::string::npos);
  begin({with_header(reply(429), "Retry-After", "70"), page({done("t1")})}, 1000, t);
  EXPECT_EQ(run(), "1 pages, 1 settled");
}

// ---- every step

struct snapshot_walk {
  std::optional<pages_under_test> p;
  reader_walk w;

  snapshot_walk() {
    w.serve = [](const fake_network::request& r) {
      if (r.line.ends_with("after=1")) return page({done("t3"), open("t4")}, "2");
      if (r.line.ends_with("after=2")) return page({done("t5")});
      return r.line == "GET /me" ? reply(200, R"({"account":"acme"})") : page({done("t1"), done("t2")}, "1");
    };
    w.work = [this](reader_stage& s) -> asio::awaitable<std::string> {
      p.reset();
      p.emplace(s);
      const auto text = co_await p->run();
      const auto& f = p->pages.facts();
      EXPECT_TRUE(f.over);
      std::size_t taken = 0;
      for (const auto& shown : p->to.shown) taken += shown.ends_with(" taken") ? 1 : 0;
      EXPECT_LE(f.settled, taken);
      // One that is stopped says nothing of a failure.
      co_return f.failure.empty() && f.pages < 3 ? interrupted : text;
    };
    w.stop = [this](reader_stage&, client::read_client::stopping how) {
      if (p) p->pages.stop(how);
    };
  }
};

TEST(Snapshot, IsStoppedWhereverItIs) {
  snapshot_walk walk;
  const auto whole = walk.w.run();
  EXPECT_EQ(whole.result, "3 pages, 4 settled");
  // The line of reads begins with the first handler, the snapshot with the second.
  for (const auto how : {client::read_client::stopping::waits, client::read_client::stopping::now})
    for (std::size_t n = 2; n < whole.steps; ++n) {
      SCOPED_TRACE(n);
      const auto cut = walk.w.run({}, {n, how});
      EXPECT_TRUE(cut.is_clean);
      EXPECT_EQ(cut.result, walk.p->pages.facts().pages == 3 ? whole.result : interrupted);
    }
}

TEST(Snapshot, BearsEachTroubleAtEachPage) {
  using is = trouble::is;
  snapshot_walk walk;
  for (const auto& t : every_trouble())
    for (std::size_t at = 0; at < 3; ++at) {
      SCOPED_TRACE(t.name + " at request " + std::to_string(at));
      const auto end = walk.w.run(walk.w.with(t, at, false));
      EXPECT_TRUE(end.is_clean);
      const auto& f = walk.p->pages.facts();
      const bool ends = t.kind == is::stop || t.kind == is::own || t.kind == is::wrong_key;
      EXPECT_EQ(f.pages, ends ? at : 3u);
      EXPECT_EQ(f.settled, !ends ? 4u : at == 0 ? 0u : at + 1);
      EXPECT_EQ(f.failure.empty(), !ends) << f.failure;
      const auto later = walk.w.run(walk.w.with(t, at, true));
      EXPECT_TRUE(later.is_clean);
      EXPECT_FALSE(walk.p->pages.facts().failure.empty());
      EXPECT_EQ(walk.p->pages.facts().pages, at);
      EXPECT_LE(later.took, 31s);
    }
}

}  // namespace
}  // namespace pawl::run
