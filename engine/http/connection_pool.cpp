#include "engine/http/connection_pool.hpp"

#include "engine/http/connection.hpp"
#include "engine/http/name_lookup.hpp"
#include "engine/http/tls_context.hpp"
#include "engine/model/option.hpp"
#include "engine/sys/clock.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

namespace pawl::http {
namespace {

constexpr duration fresh_for = std::chrono::seconds{1};  // documented with freshness

std::optional<boost::asio::ip::address> literal_address(const std::string& host) {
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address(host, error);
  if (error) return std::nullopt;
  return address;
}

// Where connections go: the proxy if there is one, which then resolves the endpoint's name.
const std::string& route_host(const transport_options& options) {
  return options.proxy ? options.proxy->host : options.target.host;
}
std::uint16_t route_port(const transport_options& options) {
  return options.proxy ? options.proxy->port : options.target.port;
}

}  // namespace

// The pool's books. Every connection is in exactly one of the two lists.
struct pool_core {
  pool_core(boost::asio::io_context& context, const transport_options& given,
            std::unique_ptr<tls_context> trust)
      : io(context),
        options(given),
        tls(std::move(trust)),
        names(context, route_host(options), route_port(options)),
        sockets(context),
        needs{options,
              tls.get(),
              names,
              sockets,
              buffers,
              literal_address(route_host(options)),
              route_port(options)} {}

  std::unique_ptr<connection> open_new() {
    auto c = std::make_unique<connection>(io, needs);
    c->home = this;
    lend(*c);
    return c;
  }

  void lend(connection& c) {
    c.place = on_loan.size();
    on_loan.push_back(&c);
  }

  void take_back(std::unique_ptr<connection> c) {
    on_loan.back()->place = c->place;
    on_loan[c->place] = on_loan.back();
    on_loan.pop_back();
    if (!c->reusable()) return;  // and so it is closed
    c->rest();
    c->idle_since = clock::now();
    idle.push_back(std::move(c));
  }

  boost::asio::io_context& io;
  const transport_options options;
  const std::unique_ptr<tls_context> tls;
  name_lookup names;
  ready_set sockets;
  reply_buffers buffers;
  const connection_needs needs;
  std::vector<connection*> on_loan;               // owned by their leases
  std::vector<std::unique_ptr<connection>> idle;  // the most recently used last
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
  if (home != nullptr) home->take_back(std::move(connection_));
}

boost::asio::awaitable<attempt_fact> lease::exchange(std::string_view request, time_point deadline) {
  assert(connection_);
  return connection_->exchange(request, deadline);
}

void lease::waited() noexcept {
  if (connection_) connection_->waited();
}

void lease::discard() noexcept {
  if (connection_) connection_->close();
  *this = {};
}

expected<std::unique_ptr<connection_pool>> connection_pool::create(boost::asio::io_context& io,
                                                                   const transport_options& options) {
  // Plain HTTP is for this machine and this network: behind a proxy it would be neither.
  if (options.proxy && !options.target.tls)
    return failure{failure_kind::usage, "proxy", "a proxy is for https targets only",
                   "use https, or go direct with " + to_string(option::proxy, "none")};
  std::unique_ptr<tls_context> tls;
  if (options.target.tls) {
    auto made =
        tls_context::create(options.target, tls_files{options.ca_file, options.cert_file, options.key_file});
    if (!made) return std::move(made.error());
    tls = *std::move(made);
  }
  return std::unique_ptr<connection_pool>(
      new connection_pool(std::make_unique<pool_core>(io, options, std::move(tls))));
}

connection_pool::connection_pool(std::unique_ptr<pool_core> core) : core_(std::move(core)) {}

connection_pool::~connection_pool() {
  assert(core_->on_loan.empty() && "a lease outlives its pool");
  // Without assertions: they are closed, and destroyed with those who wait for them.
  for (auto* c : std::exchange(core_->on_loan, {})) const auto waiter = c->abandon();
}

lease connection_pool::take_idle(freshness wanted) {
  auto& idle = core_->idle;
  while (wanted != freshness::unused && !idle.empty()) {
    // Those before it were idle for longer still.
    if (wanted == freshness::fresh && clock::now() - idle.back()->idle_since >= fresh_for) break;
    auto c = std::move(idle.back());
    idle.pop_back();
    if (!c->quiet()) continue;  // closed meanwhile, or it says what nobody asked for
    core_->lend(*c);
    return lease(std::move(c));
  }
  return lease();
}

boost::asio::awaitable<acquired> connection_pool::acquire(freshness wanted) {
  acquired result;
  result.connection = take_idle(wanted);
  if (result.connection) co_return result;

  // Those left are too old for who asks: the new one takes the place of the oldest, so that there are never
  // more connections than slots.
  if (!core_->idle.empty()) core_->idle.erase(core_->idle.begin());
  lease opening(core_->open_new());
  const auto fault = co_await opening.connection_->open();
  if (fault == transport_fault::none) {
    result.connection = std::move(opening);
  } else {
    result.detail = std::make_unique<const std::string>(opening.connection_->detail());
    result.fact.fault = fault;
    result.fact.detail = *result.detail;
  }
  co_return result;
}

void connection_pool::sweep(time_point now) {
  // Cancelled operations complete later, from the io_context: the list does not change meanwhile.
  for (auto* c : core_->on_loan) c->expire(now);
  auto& idle = core_->idle;
  const auto keep = std::ranges::find_if(
      idle, [&](const auto& c) { return now - c->idle_since < core_->options.idle_close; });
  idle.erase(idle.begin(), keep);
}

void connection_pool::cancel_all() {
  for (auto* c : core_->on_loan) c->cancel();
  core_->idle.clear();
}

std::size_t connection_pool::open_connections() const noexcept {
  return core_->on_loan.size() + core_->idle.size();
}

}  // namespace pawl::http
