#include "tests/sandbox/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <iostream>
#include <type_traits>
#include <utility>

namespace sandbox {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using tls_stream = asio::ssl::stream<tcp::socket>;
using std::chrono::steady_clock;
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
// Chosen: long enough for any test machine, short enough that a stuck peer does not delay the end.
constexpr std::chrono::seconds handshake_time{10}, shutdown_time{2};
constexpr std::chrono::milliseconds sweep_period{100};
// A dribbled reply of 2.5 KB takes about eight seconds.
constexpr std::size_t drop_bytes = 16;
constexpr std::chrono::milliseconds drop_period{50};
constexpr std::uint32_t largest_header = 64 * 1024;
constexpr std::uint64_t largest_body = 8 * 1024 * 1024;

template <class Stream>
constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

void set_nodelay(tcp::socket& socket) {
  error_code ignored;  // a peer that is gone shows at the first read
  socket.set_option(tcp::no_delay{true}, ignored);
}

// Whether the bytes were no HTTP request. (A connection that merely ends is not malformed.)
bool is_malformed(error_code ec) {
  return ec.category() == make_error_code(http::error::bad_method).category() &&
         ec != http::error::end_of_stream && ec != http::error::partial_message;
}

// Closes the socket: with RST if `reset`, else with FIN.
void drop(tcp::socket& socket, bool reset) {
  error_code ignored;  // the connection ends in any case
  if (reset) socket.set_option(asio::socket_base::linger{true, 0}, ignored);
  socket.close(ignored);
}

}  // namespace

struct server::link {
  tcp::socket& socket;
  asio::steady_timer timer;  // for the delays of this connection
  std::uint64_t number = 0;
  bool control = false;
  steady_clock::time_point deadline = steady_clock::time_point::max();
};

// Keeps a connection in the list as long as this object lives.
struct server::registration {
  registration(server& owner, link& entry)
      : owner_(owner), at_(owner.links_.insert(owner.links_.end(), &entry)) {
    if (entry.control) return;
    totals& t = owner_.service_.counts();
    ++t.connections;
    t.most_open_connections = std::max(t.most_open_connections, ++t.open_connections);
  }
  ~registration() {
    if (!(*at_)->control) --owner_.service_.counts().open_connections;
    owner_.links_.erase(at_);
  }
  registration(const registration&) = delete;
  registration& operator=(const registration&) = delete;

 private:
  server& owner_;
  std::list<link*>::iterator at_;
};

// Ends the count of a request as under way, however its connection ends.
struct under_way {
  explicit under_way(service& api) : api_(api) {}
  ~under_way() { api_.finished(); }
  under_way(const under_way&) = delete;
  under_way& operator=(const under_way&) = delete;

 private:
  service& api_;
};

struct server::impl {
  static void report(const std::exception_ptr& failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& e) {
      std::cerr << "pawl-sandbox: a connection failed: " << e.what() << '\n';
    }
  }

  static asio::awaitable<void> accept(server& s, std::shared_ptr<tcp::acceptor> listener, bool control) {
    for (;;) {
      auto [ec, socket] = co_await listener->async_accept(as_result);
      if (s.stopping_ || !listener->is_open() || ec == asio::error::operation_aborted) co_return;
      if (ec) {
        // Most likely there are no descriptors left: wait for connections to end instead of spinning.
        std::cerr << "pawl-sandbox: cannot accept: " << ec.message() << '\n';
        asio::steady_timer pause{s.io_, sweep_period};
        co_await pause.async_wait(as_result);
        continue;
      }
      set_nodelay(socket);
      if (!control && s.outage_ == outage_kind::reset) {
        drop(socket, true);
      } else if (!control && s.outage_ == outage_kind::silent) {
        s.ignored_.push_back(std::move(socket));
      } else if (control || s.tls_ == nullptr) {
        asio::co_spawn(s.io_, plain_connection(s, std::move(socket), control), report);
      } else {
        asio::co_spawn(s.io_, tls_connection(s, std::move(socket)), report);
      }
    }
  }

  static asio::awaitable<void> plain_connection(server& s, tcp::socket socket, bool control) {
    link entry{socket, asio::steady_timer{s.io_}, control ? 0 : ++s.connections_, control};
    const registration registered{s, entry};
    co_await converse(s, socket, entry);
  }

  static asio::awaitable<void> tls_connection(server& s, tcp::socket socket) {
    tls_stream stream{std::move(socket), *s.tls_};
    link entry{stream.next_layer(), asio::steady_timer{s.io_}, ++s.connections_};
    const registration registered{s, entry};
    entry.deadline = steady_clock::now() + handshake_time;
    const auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::server, as_result);
    entry.deadline = steady_clock::time_point::max();
    totals& t = s.service_.counts();
    if (ec) {
      ++t.failed_handshakes;
      co_return;
    }
    ++t.handshakes;
    if (SSL_session_reused(stream.native_handle()) == 1) ++t.resumed_handshakes;
    co_await converse(s, stream, entry);
  }

  // Takes requests and sends replies, one after another, until the connection ends.
  template <class Stream>
  static asio::awaitable<void> converse(server& s, Stream& stream, link& entry) {
    boost::beast::flat_buffer buffer;
    std::optional<http::request_parser<http::string_body>> parser;
    outgoing out;
    for (;;) {
      parser.emplace();
      parser->header_limit(largest_header);
      parser->body_limit(largest_body);
      if (s.options_.idle_close.count() > 0 && !entry.control) {
        entry.deadline = steady_clock::now() + s.options_.idle_close;
      }
      const auto [ec, size] = co_await http::async_read(stream, buffer, *parser, as_result);
      entry.deadline = steady_clock::time_point::max();
      if (is_malformed(ec)) ++s.service_.counts().malformed_requests;
      if (ec || s.stopping_) co_return;

      const auto& message = parser->get();
      request r;
      r.connection = entry.number;
      r.arrived = s.clock_.now();
      r.method = view(message.method_string());
      r.target = view(message.target());
      r.authorization = view(message[http::field::authorization]);
      r.api_key = view(message["X-Api-Key"]);
      r.content_type = view(message[http::field::content_type]);
      r.body = message.body();
      r.keep_alive = message.keep_alive();
      r.other_header = [&message](std::string_view name) {
        return view(message[boost::beast::string_view{name.data(), name.size()}]);
      };
      if (entry.control || service::is_control(r.target)) {
        s.service_.control(r, r.arrived, out);
      } else if (s.outage_ == outage_kind::silent) {
        out.how = delivery::hold;
      } else {
        const course c = s.service_.plan(r);
        const under_way counted{s.service_};
        if (c.before.count() > 0) co_await pause(entry, c.before);
        s.service_.answer(r, c, s.clock_.now(), out);
        if (c.after.count() > 0) co_await pause(entry, c.after);
      }
      if (s.stopping_ || !entry.socket.is_open()) co_return;
      const bool go_on = co_await deliver(stream, entry, out);
      if (!go_on) co_return;
    }
  }

  static asio::awaitable<void> pause(link& entry, std::chrono::microseconds length) {
    entry.timer.expires_after(length);
    co_await entry.timer.async_wait(as_result);
  }

  // False: the connection has ended.
  template <class Stream>
  static asio::awaitable<bool> deliver(Stream& stream, link& entry, outgoing& out) {
    switch (out.how) {
      case delivery::drop:
        drop(entry.socket, out.reset);
        co_return false;
      case delivery::hold:
        co_await hold(stream);
        co_return false;
      case delivery::dribble: {
        const bool sent = co_await dribble(stream, entry, out.wire);
        co_return sent;
      }
      case delivery::send:
      case delivery::send_and_close:
      case delivery::send_and_drop:
        break;
    }
    const auto [ec, size] = co_await asio::async_write(stream, asio::buffer(out.wire), as_result);
    if (ec) co_return false;
    if (out.how == delivery::send) co_return true;
    if (out.how == delivery::send_and_drop) {
      drop(entry.socket, false);  // FIN, because an RST could overtake the bytes that were just sent
      co_return false;
    }
    if constexpr (is_tls<Stream>) {
      entry.deadline = steady_clock::now() + shutdown_time;
      co_await stream.async_shutdown(as_result);
    }
    drop(entry.socket, false);
    co_return false;
  }

  // Reads and discards until the peer gives up.
  template <class Stream>
  static asio::awaitable<void> hold(Stream& stream) {
    std::array<char, 1024> waste;
    for (;;) {
      const auto [ec, size] = co_await stream.async_read_some(asio::buffer(waste), as_result);
      if (ec) co_return;
    }
  }

  template <class Stream>
  static asio::awaitable<bool> dribble(Stream& stream, link& entry, std::string_view wire) {
    while (!wire.empty()) {
      const std::string_view part = wire.substr(0, drop_bytes);
      const auto [ec, size] = co_await asio::async_write(stream, asio::buffer(part), as_result);
      if (ec) co_return false;
      wire.remove_prefix(part.size());
      co_await pause(entry, drop_period);
      if (!entry.socket.is_open()) co_return false;
    }
    co_return true;
  }
};

server::server(asio::io_context& io, asio::ssl::context* tls, service& api, journal& log,
               const monotonic_clock& clock, server_options options)
    : io_(io),
      tls_(tls),
      service_(api),
      journal_(log),
      clock_(clock),
      options_(options),
      port_(options.port),
      addresses_{asio::ip::make_address("127.0.0.1"), asio::ip::make_address("::1")},
      control_listener_(
          std::make_shared<tcp::acceptor>(io, tcp::endpoint{asio::ip::make_address("127.0.0.1"), 0})),
      sweep_timer_(io),
      outage_timer_(io) {
  open_listeners();
  control_port_ = control_listener_->local_endpoint().port();
  asio::co_spawn(io_, impl::accept(*this, control_listener_, true), impl::report);
  service_.on_outage = [this](outage_kind kind, std::chrono::microseconds length) {
    set_outage(kind, length);
  };
  sweep();
}

server::~server() {
  service_.on_outage = nullptr;
}

void server::open_listeners() {
  for (auto address = addresses_.begin(); address != addresses_.end();) {
    const tcp::endpoint wanted{*address, port_};
    tcp::acceptor listener{io_};
    error_code ec;
    listener.open(wanted.protocol(), ec);
    if (!ec) listener.set_option(asio::socket_base::reuse_address{true}, ec);
    if (!ec && address->is_v6()) listener.set_option(asio::ip::v6_only{true}, ec);
    if (!ec) listener.bind(wanted, ec);
    if (!ec) listener.listen(asio::socket_base::max_listen_connections, ec);
    if (ec && address->is_v6() && !listeners_.empty()) {
      // This machine has no IPv6, or the port is in use there: only 127.0.0.1 is served.
      address = addresses_.erase(address);
      continue;
    }
    if (ec) throw boost::system::system_error(ec, "cannot listen on 127.0.0.1 port " + std::to_string(port_));
    port_ = listener.local_endpoint().port();
    listeners_.push_back(std::make_shared<tcp::acceptor>(std::move(listener)));
    asio::co_spawn(io_, impl::accept(*this, listeners_.back(), false), impl::report);
    ++address;
  }
  placeholders_.clear();
}

void server::close_listeners() {
  for (const auto& listener : listeners_) {
    error_code ignored;  // nothing can be done about an error while closing
    listener->close(ignored);
  }
  listeners_.clear();
}

void server::set_outage(outage_kind kind, std::chrono::microseconds for_how_long) {
  outage_timer_.cancel();
  if (kind == outage_kind::refuse && outage_ != outage_kind::refuse) {
    close_listeners();
    for (const auto& address : addresses_) {
      tcp::socket placeholder{io_};
      const tcp::endpoint held{address, port_};
      placeholder.open(held.protocol());
      placeholder.set_option(asio::socket_base::reuse_address{true});
      if (address.is_v6()) placeholder.set_option(asio::ip::v6_only{true});
      placeholder.bind(held);
      placeholders_.push_back(std::move(placeholder));
    }
  }
  if (kind != outage_kind::refuse && outage_ == outage_kind::refuse) open_listeners();
  outage_ = kind;
  ignored_.clear();
  service_.put_in_front(std::nullopt);
  // A silent server keeps its connections open and only stops answering.
  if (kind == outage_kind::refuse || kind == outage_kind::reset) close_all();
  if (kind == outage_kind::none || for_how_long.count() == 0) return;
  outage_timer_.expires_after(for_how_long);
  outage_timer_.async_wait([this](error_code ec) {
    if (!ec) set_outage(outage_kind::none, {});
  });
}

void server::close_all() {
  for (link* entry : links_) {
    if (entry->control && !stopping_) continue;
    drop(entry->socket, !entry->control);
    entry->timer.cancel();
  }
}

void server::sweep() {
  const auto now = steady_clock::now();
  for (link* entry : links_) {
    if (entry->deadline <= now) drop(entry->socket, false);
  }
  journal_.flush();
  sweep_timer_.expires_after(sweep_period);
  sweep_timer_.async_wait([this](error_code ec) {
    if (!ec && !stopping_) sweep();
  });
}

void server::stop() {
  stopping_ = true;
  close_listeners();
  error_code ignored;
  control_listener_->close(ignored);
  sweep_timer_.cancel();
  outage_timer_.cancel();
  ignored_.clear();
  close_all();
}

}  // namespace sandbox
