#include "tests/shells/support/fake_network.hpp"

#include "engine/async/wakeup.hpp"
#include "engine/sys/clock.hpp"
#include "engine/text/json_padding.hpp"

#include <algorithm>
#include <cassert>
#include <memory>

namespace pawl::testing {
namespace {
fake_network* current_network = nullptr;
}  // namespace

fake_network::fake_network() {
  assert(current_network == nullptr);
  current_network = this;
}

fake_network::~fake_network() {
  current_network = nullptr;
}

std::vector<std::string> fake_network::lines() const {
  std::vector<std::string> all;
  for (const auto& r : requests) all.push_back(r.line);
  return all;
}

}  // namespace pawl::testing

namespace pawl::http {
namespace asio = boost::asio;

class connection {
 public:
  connection(asio::io_context& io, pool_core& of) : home(&of), alarm(io) {}

  pool_core* home;
  async::wakeup alarm;
  bool is_cancelled = false, is_reusable = true;
  time_point idle_since{}, deadline = time_point::max();
  std::string body;  // what the views of the last fact look at
  std::vector<std::pair<std::string, std::string>> texts;
  std::vector<header_field> headers;

  // Until `until`, the deadline as the sweep sees it, or a cancellation.
  asio::awaitable<transport_fault> wait(time_point until, time_point give_up) {
    deadline = give_up;
    is_expired = false;
    while (!is_cancelled && !is_expired && clock::now() < until) co_await alarm.sleep(until);
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

 private:
  bool is_expired = false;
};

struct pool_core {
  asio::io_context& io;
  testing::fake_network& network;
  const transport_options options;
  std::vector<connection*> on_loan;
  std::vector<std::unique_ptr<connection>> idle;

  void lend(connection& c) {
    on_loan.push_back(&c);
    ++network.on_loan;
  }
  void take_back(std::unique_ptr<connection> c) {
    std::erase(on_loan, c.get());
    --network.on_loan;
    if (!c->is_reusable || c->is_cancelled) return;
    c->idle_since = clock::now();
    idle.push_back(std::move(c));
    network.idle = idle.size();
  }
};

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

asio::awaitable<attempt_fact> lease::exchange(std::string_view text, time_point deadline) {
  auto& c = *connection_;
  auto& network = c.home->network;
  attempt_fact fact;
  if (c.is_cancelled || !c.is_reusable) {
    fact.fault = c.is_cancelled ? transport_fault::cancelled : transport_fault::closed;
    co_return fact;
  }
  testing::fake_network::request sent;
  sent.at = clock::now();
  sent.text = text;
  sent.line = text.substr(0, text.find(" HTTP/"));
  if (const auto end = text.find("\r\n\r\n"); end != std::string_view::npos) sent.body = text.substr(end + 4);
  network.requests.push_back(sent);
  testing::answer what;
  auto until = time_point::max();
  if (!network.answers.empty()) {
    what = std::move(network.answers.front());
    network.answers.pop_front();
    until = clock::now() + what.takes;
  } else if (network.serve) {
    what = network.serve(sent);
    until = clock::now() + what.takes;
  }
  const auto ended = co_await c.wait(until, deadline);
  if (ended != transport_fault::none) {
    c.is_reusable = false;
    fact.reached = phase::maybe_applied;
    fact.fault = ended;
    co_return fact;
  }
  c.is_reusable = what.keeps_connection;
  if (what.fault != transport_fault::none) {
    fact.reached = what.reached;
    fact.fault = what.fault;
    co_return fact;
  }
  c.body = std::move(what.body);
  const auto size = c.body.size();
  c.body.append(json_padding, '\0');
  c.texts = std::move(what.headers);
  c.headers.clear();
  for (const auto& [name, value] : c.texts) c.headers.push_back({name, value});
  fact.reached = phase::answered;
  fact.status = what.status;
  fact.body = std::string_view{c.body}.substr(0, size);
  fact.headers = c.headers;
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
  assert(testing::current_network != nullptr);
  auto core = std::unique_ptr<pool_core>(new pool_core{io, *testing::current_network, options, {}, {}});
  return std::unique_ptr<connection_pool>(new connection_pool(std::move(core)));
}

connection_pool::connection_pool(std::unique_ptr<pool_core> core) : core_(std::move(core)) {}
connection_pool::~connection_pool() {
  assert(core_->on_loan.empty() && "a lease outlives its pool");
}

lease connection_pool::take_idle(freshness wanted) {
  if (wanted == freshness::unused || core_->idle.empty()) return lease();
  auto c = std::move(core_->idle.back());
  core_->idle.pop_back();
  core_->network.idle = core_->idle.size();
  core_->lend(*c);
  return lease(std::move(c));
}

asio::awaitable<acquired> connection_pool::acquire(freshness wanted) {
  acquired result;
  result.connection = take_idle(wanted);
  if (result.connection) co_return result;
  auto& network = core_->network;
  auto made = std::make_unique<connection>(core_->io, *core_);
  core_->lend(*made);
  auto& c = *made;
  lease opening(std::move(made));
  auto fault = transport_fault::none;
  if (!network.opening.empty()) {
    fault = network.opening.front();
    network.opening.pop_front();
  }
  ++network.being_opened;
  const auto now = clock::now();
  const auto ended = co_await c.wait(now + network.opening_takes, now + core_->options.connect_timeout);
  --network.being_opened;
  if (ended != transport_fault::none) fault = ended;
  if (fault == transport_fault::none) {
    ++network.opened;
    result.connection = std::move(opening);
  } else {
    c.is_reusable = false;
    result.detail = std::make_unique<const std::string>("no route in this test");
    result.fact.fault = fault;
    result.fact.detail = *result.detail;
  }
  co_return result;
}

void connection_pool::sweep(time_point now) {
  ++core_->network.sweeps;
  for (auto* c : core_->on_loan) c->expire(now);
}

void connection_pool::cancel_all() {
  for (auto* c : core_->on_loan) c->cancel();
  core_->idle.clear();
  core_->network.idle = 0;
}

std::size_t connection_pool::open_connections() const noexcept {
  return core_->on_loan.size() + core_->idle.size();
}

}  // namespace pawl::http
