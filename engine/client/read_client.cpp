#include "engine/client/read_client.hpp"

#include "engine/api/calls.hpp"
#include "engine/api/reply_signs.hpp"
#include "engine/client/attempt.hpp"
#include "engine/policy/foreign_replies.hpp"
#include "engine/policy/id_hash.hpp"
#include "engine/sys/clock.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pawl::client {
namespace asio = boost::asio;

namespace {

constexpr duration tick = std::chrono::milliseconds{50};     // deadlines are this coarse; chosen
constexpr duration worth_telling = std::chrono::seconds{2};  // of a pause; shorter ones are ordinary

policy::stop_options doubting_the_address(policy::stop_options o) {
  o.address_in_doubt = true;
  return o;
}

// The API's own words, as far as they may prove that it is there.
bool has_json(const read_reply& reply) {
  return reply.body().find_first_of("{[") != std::string_view::npos;
}

}  // namespace

read_client::read_client(const parts& p) : p_(p), rules_(doubting_the_address(p.stop)) {}

failure read_client::interruption() {
  return {failure_kind::later, "", "interrupted", "run the same command again"};
}

read_reply read_client::judge(const attempt_fact& fact, manner how) {
  read_reply reply(fact);
  api::error_view error;
  policy::reply_signs signs;
  if (fact.reached == phase::answered) {
    reply.request_id = find_header(reply.headers(), p_.profile.headers.request_id);
    if (fact.status >= 300) error = p_.reader.read_error(reply.body());
    reply.code = error.code;
    reply.message = error.message;
    if (!error.request_id.empty()) reply.request_id = error.request_id;
    signs.code = error.code;
    signs.message = error.message;
    signs.enveloped = error.enveloped;
    signs.page = api::is_page(fact);
    signs.has_succeeded = how.of_resource && succeeded_;
  }
  // A read changes nothing, so it may always be sent again.
  const auto judged = policy::judge(p_.profile, fact, signs, true);
  reply.is = judged.is;
  reply.outage = judged.outage;
  reply.foreign = judged.foreign;
  reply.remedy = judged.remedy;
  reply.rule = judged.rule;
  return reply;
}

std::string read_client::place_of(const api::call& what) const {
  return p_.transport.target.url() + what.target.substr(0, what.target.find('?'));
}

// Whether the line is longer than anybody should sit out.
std::optional<failure> read_client::too_long_a_wait() {
  const auto now = clock::now();
  const auto ticket = p_.reads.join(now);
  const auto due = p_.reads.due(ticket, now);
  const auto asked = p_.reads.pause(now);
  p_.reads.leave(ticket);
  if (auto order = policy::too_long_a_pause(asked, now, p_.stop.max_wait, p_.profile.headers))
    return given_up(*std::move(order));
  if (due - now <= p_.stop.max_wait) return std::nullopt;
  p_.progress.gave_up = {"quota", due};
  return failure{failure_kind::later, "",
                 fmt::format("the next read may be sent in {} min only, which is longer than limits.max_wait",
                             std::chrono::ceil<std::chrono::minutes>(due - now).count()),
                 "run the same command again later"};
}

// The failure of an order, and its reason and time for the summary.
failure read_client::given_up(policy::stop_order&& order) {
  p_.progress.gave_up = {std::move(order.reason), order.resume_at};
  return std::move(order.why);
}

// What the next read waits for where the API asked for it: in the live line, and once to whoever listens.
void read_client::say_pause(time_point now) {
  const auto ticket = p_.reads.join(now);
  const auto asked = p_.reads.pause(now);
  p_.reads.leave(ticket);
  p_.progress.waits_for.clear();
  p_.progress.waits_until.reset();
  if (!asked) return;
  p_.progress.waits_for = policy::pause_in_words(*asked, p_.profile.headers);
  p_.progress.waits_until = asked->until;
  if (asked->until - now < worth_telling || told_pause_ >= asked->until || !p_.progress.on_pause) return;
  told_pause_ = asked->until;
  p_.progress.on_pause(p_.progress.waits_for, asked->until - now);
}

// Returns when the limits of the resource itself let the next read about it leave. Others go on meanwhile.
asio::awaitable<status> read_client::turn_of_id(const api::call& what) {
  if (p_.each == nullptr || what.id.empty()) co_return status{};
  const auto id = policy::hash_of_id(what.id);
  while (!stopped_) {
    const auto now = clock::now();
    const auto due = p_.each->due(id, policy::request_kind::read, now);
    if (due <= now) break;
    if (due - now > p_.stop.max_wait) {
      p_.progress.gave_up = {"quota", due};
      co_return failure{
          failure_kind::later, place_of(what),
          fmt::format("the next read of this resource may be sent in {} min only (limits.each), "
                      "which is longer than limits.max_wait",
                      std::chrono::ceil<std::chrono::minutes>(due - now).count()),
          "run the same command again later"};
    }
    p_.progress.waits_for = "the limits of one resource (limits.each)";
    p_.progress.waits_until = due;
    co_await pause_until(due);
  }
  co_return status{};
}

asio::awaitable<expected<read_reply>> read_client::attempt(const api::call& what, manner how) {
  const bool has_own_limits = p_.each != nullptr && !what.id.empty();
  const auto id = has_own_limits ? policy::hash_of_id(what.id) : policy::kept_quota::no_id;
  send_line::place place(p_.io);
  http::acquired got;
  for (bool is_mine = false; !is_mine;) {
    if (const auto& why = p_.keys.fault()) co_return *why;
    auto may = co_await turn_of_id(what);
    if (!may) co_return std::move(may.error());
    if (auto too_long = too_long_a_wait()) co_return *std::move(too_long);
    if (p_.quota != nullptr)
      if (auto kept = p_.quota->keep_file(clock::now()); !kept) co_return std::move(kept.error());
    say_pause(clock::now());
    auto mine = turn::delayed;
    while (mine == turn::delayed) mine = co_await take_turn(p_.line, place, p_.pool, got);
    if (mine == turn::cancelled || (mine == turn::unreachable && stopped_)) co_return interruption();
    if (mine == turn::unreachable) co_return judge(got.fact, how);
    const auto now = clock::now();
    // Another read about this id may have left meanwhile.
    is_mine = !has_own_limits || p_.each->due(id, policy::request_kind::read, now) <= now;
    if (stopped_ || !is_mine) {  // between the grant and here
      p_.line.give_back(place, now);
      got.connection = {};
    }
    if (stopped_) co_return interruption();
  }
  p_.progress.waits_for.clear();
  p_.progress.waits_until.reset();
  std::string request;
  (how.by != nullptr ? *how.by : p_.keys.writer()).write_call(request, what);
  const auto started = clock::now();
  if (has_own_limits) p_.each->take(id, policy::request_kind::read);
  p_.line.sent(place, started, id);
  ++p_.progress.figures.reads;
  const auto fact = co_await got.connection.exchange(request, started + p_.transport.attempt_timeout);
  const auto ended = clock::now();
  if (has_own_limits) p_.each->closed(id, policy::request_kind::read, ended);
  auto reply = judge(fact, how);
  reply.sent = started;
  reply.latency = ended - started;
  if (how.want_peer) reply.peer = got.connection.peer();
  const bool throttled = reply.is == api::verdict::throttled;
  p_.line.closed(place, ended, rate_facts_of(p_.profile.headers, fact, throttled, reply.rule), p_.jitter());
  if (stopped_) co_return interruption();
  co_return reply;
}

asio::awaitable<expected<read_reply>> read_client::once(const api::call& what) {
  const manner how{.want_peer = true};
  return with_renewed_key(what, how);
}

asio::awaitable<read_client::life_sign> read_client::probe(const api::call& what, std::string& trouble) {
  const manner how;
  const auto reply = co_await attempt(what, how);
  life_sign sign;
  if (!reply) co_return sign;
  sign.is_alive = reply->reached == phase::answered && !reply->outage;
  if (reply->is == api::verdict::ok && !reply->foreign && has_json(*reply)) {
    sign.proven = reply->sent;
    proven_at_ = reply->sent;
  }
  if (!sign.is_alive) trouble = reply->in_words();
  co_return sign;
}

// Asks the API's whoami, or else what it has answered well last, whether it is there: true if it answers at
// all. Not `beside`, which is the one in question. Where nothing can be asked, nobody is there.
asio::awaitable<bool> read_client::prove(const api::call& beside) {
  const bool has_whoami = !p_.profile.whoami.path.empty();
  auto question = has_whoami ? api::whoami_call(p_.profile) : good_calls_[0];
  if (!has_whoami && question == beside) question = good_calls_[1];
  if (question.empty() || question == beside) co_return false;
  std::string trouble;  // the reply in hand says more
  const auto sign = co_await probe(question, trouble);
  // It may be gone itself: the other one is asked next time.
  if (!sign.proven && question == good_calls_[0] && !good_calls_[1].empty())
    std::swap(good_calls_[0], good_calls_[1]);
  co_return sign.is_alive;
}

void read_client::remember_good(const api::call& what, const read_reply& reply) {
  proven_at_ = std::max(proven_at_, reply.sent);
  succeeded_ = true;
  if (!p_.profile.whoami.path.empty() || what == good_calls_[0] || !has_json(reply)) return;
  std::swap(good_calls_[0], good_calls_[1]);
  good_calls_[0] = what;
}

// Of a resource that is not ready since then, and is asked for again at `until`.
std::optional<policy::stop_order> read_client::too_long_not_ready(time_point until, time_point since,
                                                                  time_point now) const {
  if (auto order = policy::too_long_a_wait_of_rows(1, until, now, p_.stop.max_wait)) return order;
  if (until - since <= p_.stop.patience) return std::nullopt;
  return policy::stop_order{
      "throttled",
      {failure_kind::later, "", "the resource is not ready for longer than breaker.patience",
       "run the same command again later"},
      {}};
}

asio::awaitable<expected<read_reply>> read_client::get(const api::call& what, const read_terms& terms) {
  std::uint32_t failures = 0;  // in a row, whatever they were: for the backoff
  std::uint32_t not_ready = 0;
  time_point not_ready_since{};
  // Of a server that is up: more than max_attempts of them will not mend themselves.
  std::uint32_t charged = 0;
  const auto answered_before = answered_;
  policy::foreign_replies strangers;
  const manner how{.of_resource = terms.refusals_are_answers, .by = terms.by};
  for (;;) {
    auto reply = co_await with_renewed_key(what, how);
    if (!reply) co_return reply;
    if (terms.by != nullptr && reply->http_status == 401) co_return reply;
    const auto now = clock::now();
    policy::judgement judged;
    judged.is = reply->is;
    judged.outage = reply->outage;
    rules_.on_attempt(judged, now);

    // Who refused is not the API, unless the API is there each time.
    bool refused = reply->is == api::verdict::refused;
    if (refused && reply->foreign) {
      policy::error_note said;
      said.http_status = reply->http_status;
      strangers.met(policy::request_kind::read, reply->is, said, now);
      if (terms.comes_back_unproven && !has_proof()) co_return reply;
      if (proven_at_ <= now) co_await prove(what);
      refused = strangers.count(proven_at_);
      reply->foreign = !refused;
    }
    const bool good = reply->is == api::verdict::ok && !reply->foreign;
    const bool unreadable = good && terms.is_readable && !terms.is_readable(*reply);
    if (good && !unreadable) remember_good(what, *reply);
    if (refused || good) {
      ++answered_;
      told_trouble_ = false;
    }
    if (refused && terms.refusals_are_answers) co_return reply;
    if (refused || reply->is == api::verdict::stop)
      co_return failure{failure_kind::mend, place_of(what), reply->in_words(), reply->remedy};
    if (good && !unreadable) co_return reply;

    const auto end_by = [&](std::optional<policy::stop_order> order) -> std::optional<failure> {
      if (!order) return std::nullopt;
      order->why.what += "; the last answer: " + reply->in_words();
      order->why.place = place_of(what);
      return given_up(*std::move(order));
    };
    const auto patience_ends = rules_.patience_ends();
    if (auto ended = end_by(rules_.check(now, p_.reads.pause(now), p_.profile))) co_return *std::move(ended);
    if (reply->is == api::verdict::throttled) {
      // The pacer's gate makes the next one wait; patience may end before it opens.
      const auto gate = p_.reads.gated_until(now);
      if (!gate || !patience_ends || *gate < *patience_ends) continue;
      say_pause(now);
      co_await pause_until(*patience_ends);
      const auto later = clock::now();
      if (auto ended = end_by(rules_.check(later, {}, p_.profile))) co_return *std::move(ended);
      continue;
    }
    if (reply->rule != nullptr) {
      // A rule lets this resource wait alone: nobody pays, and nobody else waits.
      if (not_ready++ == 0) not_ready_since = now;
      judged.rule = reply->rule;
      const auto until = now + policy::wait_alone(p_.retry, p_.profile.headers, reply->headers(), judged,
                                                  not_ready, reply->received, p_.jitter());
      if (auto order = too_long_not_ready(until, not_ready_since, now)) {
        if (terms.gives_up_alone) co_return reply;
        co_return *end_by(std::move(order));
      }
      p_.progress.waits_for = "a resource that is not ready";
      co_await pause_until(until);
      p_.progress.waits_for.clear();
      continue;
    }
    if (!reply->outage && ++charged >= p_.retry.max_attempts) {
      if (terms.gives_up_alone) co_return reply;
      if (!unreadable)
        co_return failure{failure_kind::later, place_of(what),
                          fmt::format("{} (after {} attempts)", reply->in_words(), charged),
                          "run the same command again later"};
      auto why = terms.unreadable;
      if (!reply->request_id.empty()) why += fmt::format(" (request {})", reply->request_id);
      co_return failure{failure_kind::mend, place_of(what), std::move(why), terms.unreadable_remedy};
    }
    ++failures;
    if (terms.gives_up_alone && failures >= p_.retry.max_attempts) {
      bool is_up = answered_ != answered_before;
      if (!is_up) is_up = co_await prove(what);
      if (is_up) co_return reply;
    }
    if (failures > 1) tell_trouble(*reply);
    p_.progress.waits_for = "the API to come back";
    auto until = now + policy::backoff(p_.retry, failures, reply->http_status >= 500, p_.jitter());
    if (patience_ends) until = std::min(until, *patience_ends);
    co_await pause_until(until);
    p_.progress.waits_for.clear();
    if (patience_ends && clock::now() >= *patience_ends)
      if (auto ended = end_by(rules_.check(clock::now(), {}, p_.profile))) co_return *std::move(ended);
  }
}

// Once for all reads that wait, until one of them is answered.
void read_client::tell_trouble(const read_reply& reply) {
  if (told_trouble_ || !p_.progress.on_trouble) return;
  told_trouble_ = true;
  p_.progress.on_trouble(reply.in_words());
}

asio::awaitable<void> read_client::pause_until(time_point until) {
  if (stopped_) co_return;
  async::wakeup alarm(p_.io);
  sleeping_.push_back(&alarm);
  co_await alarm.sleep(until);
  std::erase(sleeping_, &alarm);
}

void read_client::stop(stopping how) {
  stopped_ = true;
  for (auto* alarm : sleeping_) alarm->wake();
  p_.line.cancel_all();
  if (how == stopping::now) p_.pool.cancel_all();
}

void read_upkeep::start() {
  tasks_.start(line_.run());
  tasks_.start(sweep());
  if (client_.has_key_to_keep()) tasks_.start(client_.keep_key());
}

asio::awaitable<void> read_upkeep::sweep() {
  while (!done_) {
    pool_.sweep(clock::now());
    co_await alarm_.sleep(clock::now() + tick);
  }
}

asio::awaitable<void> read_upkeep::finish() {
  done_ = true;
  client_.stop(read_client::stopping::waits);
  alarm_.wake();
  co_await tasks_.join();
}

}  // namespace pawl::client
