#include "tests/integration/http/client.hpp"

#include "engine/sys/clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <exception>

namespace pawl::http {

namespace asio = boost::asio;

kept_fact keep(const attempt_fact& fact) {
  kept_fact kept;
  kept.reached = fact.reached;
  kept.fault = fact.fault;
  kept.detail = fact.detail;
  kept.status = fact.status;
  for (const auto& h : fact.headers) kept.headers.emplace_back(h.name, h.value);
  kept.body = fact.body;
  return kept;
}

std::string request_text(std::string_view target, std::string_view body) {
  std::string text(body.empty() ? "GET " : "PATCH ");
  text.append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text.append("\r\n").append(body);
}

client::client(const testing::scripted_server& server,
               const std::function<void(transport_options&)>& change) {
  transport_options options;
  auto target = parse_endpoint(server.url(), false);
  EXPECT_TRUE(target) << to_string(target.error());
  options.target = *target;
  options.ca_file = server.ca_file();
  if (change) change(options);
  auto made = connection_pool::create(io_, options);
  if (!made) throw std::runtime_error(to_string(made.error()));
  pool_ = *std::move(made);
}

client::~client() = default;

void client::jump_ahead(duration by, std::function<bool()> there) {
  jump_ = by;
  there_ = std::move(there);
}

asio::awaitable<void> client::sweep() {
  asio::steady_timer timer(io_);
  // Sockets that are readable come before timers that are due, so what lay there when `there_` held is read
  // in the first of these rounds; the others are for what follows from it.
  has_jumped_ = false;
  for (int rounds_left = 3; !done_;) {
    timer.expires_after(std::chrono::milliseconds{5});
    co_await timer.async_wait(asio::use_awaitable);
    if (there_ && !has_jumped_ && there_()) has_jumped_ = rounds_left-- == 0;
    pool_->sweep(clock::now() + (has_jumped_ ? jump_ : duration::zero()));
  }
  there_ = nullptr;
}

void client::run(const std::function<asio::awaitable<void>()>& work) {
  done_ = false;
  const auto finished = [this](const std::exception_ptr& failure) {
    done_ = true;
    if (failure) std::rethrow_exception(failure);
  };
  asio::co_spawn(io_, work(), finished);
  asio::co_spawn(io_, sweep(), finished);
  io_.restart();
  io_.run();
}

asio::awaitable<kept_fact> client::attempt(std::string request, freshness wanted) {
  auto got = co_await pool_->acquire(wanted);
  if (!got.connection) co_return keep(got.fact);
  const auto fact = co_await got.connection.exchange(request, time_point::max());
  co_return keep(fact);
}

kept_fact client::send(std::string_view target, freshness wanted, std::string_view body) {
  kept_fact result;
  run([&]() -> asio::awaitable<void> { result = co_await attempt(request_text(target, body), wanted); });
  return result;
}

}  // namespace pawl::http
