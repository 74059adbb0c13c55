// In the place of engine/http/connection_pool.cpp and connection.cpp: connections to the api_host, in the
// world's time. Replies are read by the engine's own parser.
#include "engine/async/wakeup.hpp"
#include "engine/http/connection_pool.hpp"
#include "engine/http/reply_parser.hpp"
#include "engine/sys/clock.hpp"
#include "tests/simulation/world/api_host.hpp"
#include "tests/simulation/world/world.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::http {
namespace asio = boost::asio;
using simulation::api_host;
using simulation::world;

namespace {

duration one_way() {
  const auto& w = api_host::here().weather;
  auto& dice = world::here().network;
  const auto spread = std::max<duration::rep>(1, w.jitter.count());
  return w.one_way + duration{dice.between(0, spread)};
}

// What comes back to a connection, which may be gone by then.
struct mailbox {
  async::wakeup* alarm = nullptr;  // of the connection, as long as it waits
  bool has_reply = false, is_broken = false;
  api_host::answer reply;

  void ring() {
    if (alarm != nullptr) alarm->wake();
  }
};

}  // namespace

class connection {
 public:
  connection(asio::io_context& io, pool_core& of);

  pool_core* home;
  async::wakeup alarm;
  reply_parser parser;
  std::uint64_t number = 0;
  bool is_cancelled = false, is_reusable = true, is_expired = false, has_answered = false;
  time_point idle_since{}, deadline = time_point::max();

  // Until `done`, the deadline as the sweep sees it, or a cancellation. Also ends at `until`, with none.
  template <class Done>
  asio::awaitable<transport_fault> wait(Done done, time_point until, time_point give_up) {
    deadline = give_up;
    is_expired = false;
    while (!is_cancelled && !is_expired && !done() && clock::now() < until) co_await alarm.sleep(until);
    deadline = time_point::max();
    if (is_cancelled) co_return transport_fault::cancelled;
    co_return is_expired ? transport_fault::timeout : transport_fault::none;
  }
  void cancel() {
    is_cancelled = true;
    alarm.wake();
  }
  void expire(time_point now) {
    if (now < deadline) return;
    is_expired = true;
    alarm.wake();
  }
};

struct pool_core {
  asio::io_context& io;
  const transport_options options;
  reply_buffers buffers;
  std::vector<connection*> on_loan;
  std::vector<std::unique_ptr<connection>> idle;
  std::uint64_t opened = 0;

  void take_back(std::unique_ptr<connection> c) {
    std::erase(on_loan, c.get());
    if (!c->is_reusable || c->is_cancelled) return;
    c->idle_since = clock::now();
    idle.push_back(std::move(c));
  }
};

connection::connection(asio::io_context& io, pool_core& of)
    : home(&of), alarm(io), parser(reply_limits{}, of.buffers) {}

lease::lease() noexcept = default;
lease::lease(std::unique_ptr<connection> c) noexcept : connection_(std::move(c)) {}
lease::lease(lease&&) noexcept = default;

lease& lease::operator=(lease&& other) noexcept {
  lease previous(std::move(*this));
  connection_ = std::move(other.connection_);
  return *this;
}

lease::~lease() {
  if (!connection_) return;
  auto* home = connection_->home;
  home->take_back(std::move(connection_));
}

namespace {

attempt_fact broken(connection& c, transport_fault fault, phase reached) {
  c.is_reusable = false;
  attempt_fact fact;
  fact.reached = reached;
  fact.fault = fault;
  fact.detail = "simulated";
  return fact;
}

// A connection that waits for its mail; it may be gone before the mail comes.
struct listening {
  listening(mailbox& to, async::wakeup& alarm) : box(to) { box.alarm = &alarm; }
  ~listening() { box.alarm = nullptr; }
  listening(const listening&) = delete;
  listening& operator=(const listening&) = delete;
  mailbox& box;
};

// Sends the request on its way; what the dice say happens to it there.
std::shared_ptr<mailbox> post(connection& c, std::string_view text) {
  auto& here = world::here();
  auto& dice = here.network;
  const auto& weather = api_host::here().weather;
  if (const auto& look = api_host::here().on_departure) look(text);
  auto box = std::make_shared<mailbox>();
  const auto breaks = [box](duration after) {
    world::here().after(after, [box] {
      box->is_broken = true;
      box->ring();
    });
  };
  const bool is_closed = clock::now() - c.idle_since > weather.idle_close && c.has_answered;
  if (is_closed || dice.chance(weather.lost_on_the_way)) {
    breaks(one_way() + one_way());
    return box;
  }
  if (dice.chance(weather.half_open)) return box;
  const bool is_lost = dice.chance(weather.lost_on_the_way_back), is_cut = dice.chance(weather.cut);
  const auto back = one_way();
  here.after(one_way(), [box, back, is_lost, is_cut, breaks, request = std::string{text}, number = c.number] {
    auto& api = api_host::here();
    if (api.is_down) return breaks(back);
    api.receive(request, number, [box, back, is_lost, is_cut, breaks](api_host::answer a) {
      if (is_lost) return breaks(back);
      if (is_cut && !a.wire.empty()) {
        a.wire.resize(world::here().network.below(a.wire.size()));
        a.how = sandbox::delivery::send_and_drop;
      }
      world::here().after(back, [box, a = std::move(a)]() mutable {
        box->reply = std::move(a);
        box->has_reply = true;
        box->ring();
      });
    });
  });
  return box;
}

}  // namespace

asio::awaitable<attempt_fact> lease::exchange(std::string_view text, time_point deadline) {
  auto& c = *connection_;
  if (c.is_cancelled || !c.is_reusable)
    co_return broken(c, c.is_cancelled ? transport_fault::cancelled : transport_fault::closed,
                     phase::not_sent);
  if (world::here().is_dead()) co_return broken(c, transport_fault::cancelled, phase::maybe_applied);
  if (deadline == time_point::max()) deadline = clock::now() + c.home->options.attempt_timeout;
  c.parser.reset();
  const auto box = post(c, text);
  const listening here(*box, c.alarm);
  const auto is_over = [&box] { return box->has_reply || box->is_broken || world::here().is_dead(); };
  const auto ended = co_await c.wait(is_over, time_point::max(), deadline);
  if (ended != transport_fault::none) co_return broken(c, ended, phase::maybe_applied);
  if (world::here().is_dead()) co_return broken(c, transport_fault::cancelled, phase::maybe_applied);
  if (!box->has_reply) co_return broken(c, transport_fault::reset, phase::maybe_applied);

  using state = reply_parser::state;
  auto is = state::reading;
  for (std::string_view rest = box->reply.wire; !rest.empty() && is == state::reading;) {
    const auto room = c.parser.prepare();
    const auto part = rest.substr(0, room.size());
    std::memcpy(room.data(), part.data(), part.size());
    rest.remove_prefix(part.size());
    is = c.parser.commit(part.size());
  }
  const bool ends = box->reply.how != sandbox::delivery::send && box->reply.how != sandbox::delivery::dribble;
  if (ends && is == state::reading) is = c.parser.finish();
  if (is == state::malformed) co_return broken(c, transport_fault::malformed, phase::maybe_applied);
  if (is == state::oversized) co_return broken(c, transport_fault::oversized, phase::maybe_applied);
  if (is != state::done) co_return broken(c, transport_fault::closed, phase::maybe_applied);
  c.parser.conceal_secrets();
  c.is_reusable = !ends && c.parser.keep_alive() && c.parser.excess() == 0;
  c.has_answered = true;
  c.idle_since = clock::now();
  attempt_fact fact;
  fact.reached = phase::answered;
  fact.status = c.parser.status();
  fact.headers = c.parser.headers();
  fact.body = c.parser.body();
  co_return fact;
}

void lease::waited() noexcept {}

void lease::discard() noexcept {
  if (connection_) connection_->is_reusable = false;
  *this = {};
}

peer_facts lease::peer() const {
  return {};
}

expected<std::unique_ptr<connection_pool>> connection_pool::create(asio::io_context& io,
                                                                   const transport_options& options) {
  auto core = std::unique_ptr<pool_core>(new pool_core{io, options, {}, {}, {}});
  return std::unique_ptr<connection_pool>(new connection_pool(std::move(core)));
}

connection_pool::connection_pool(std::unique_ptr<pool_core> core) : core_(std::move(core)) {}
connection_pool::~connection_pool() {
  assert(core_->on_loan.empty() && "a lease outlives its pool");
}

lease connection_pool::take_idle(freshness wanted) {
  auto& idle = core_->idle;
  if (wanted == freshness::unused || idle.empty()) return lease();
  if (wanted == freshness::fresh && clock::now() - idle.back()->idle_since >= std::chrono::seconds{1})
    return lease();
  auto c = std::move(idle.back());
  idle.pop_back();
  core_->on_loan.push_back(c.get());
  return lease(std::move(c));
}

asio::awaitable<acquired> connection_pool::acquire(freshness wanted) {
  acquired result;
  result.connection = take_idle(wanted);
  if (result.connection) co_return result;
  auto& here = world::here();
  const auto& weather = api_host::here().weather;
  auto made = std::make_unique<connection>(core_->io, *core_);
  auto& c = *made;
  c.number = ++core_->opened;
  core_->on_loan.push_back(made.get());
  lease opening(std::move(made));
  const bool is_refused = api_host::here().is_down || here.network.chance(weather.refused);
  const bool is_unreachable = here.network.chance(weather.unreachable);
  const auto now = clock::now();
  const auto takes = is_unreachable ? time_point::max() : now + one_way() * (is_refused ? 2 : 6);
  const auto is_never = [] { return world::here().is_dead(); };
  const auto ended = co_await c.wait(is_never, takes, now + core_->options.connect_timeout);
  auto fault = ended;
  if (ended == transport_fault::timeout || (ended == transport_fault::none && is_refused))
    fault = transport_fault::connect;
  if (here.is_dead()) fault = transport_fault::cancelled;
  if (fault == transport_fault::none) {
    c.idle_since = clock::now();
    result.connection = std::move(opening);
  } else {
    c.is_reusable = false;
    result.detail = std::make_unique<const std::string>("simulated");
    result.fact.fault = fault;
    result.fact.detail = *result.detail;
  }
  co_return result;
}

void connection_pool::sweep(time_point now) {
  for (auto* c : core_->on_loan) c->expire(now);
  const auto longest = core_->options.idle_close;
  std::erase_if(core_->idle, [&](const auto& c) { return now - c->idle_since > longest; });
}

void connection_pool::cancel_all() {
  for (auto* c : core_->on_loan) c->cancel();
  core_->idle.clear();
}

std::size_t connection_pool::open_connections() const noexcept {
  return core_->on_loan.size() + core_->idle.size();
}

}  // namespace pawl::http
