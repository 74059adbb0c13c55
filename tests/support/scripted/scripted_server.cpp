#include "tests/support/scripted/scripted_server.hpp"

#include "tests/support/scripted/sockets.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pawl::testing {
namespace {

struct address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

address make_address(const std::string& text, std::uint16_t port) {
  address a;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&a.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&a.storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    a.size = sizeof *v4;
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    a.size = sizeof *v6;
  } else {
    throw std::runtime_error("scripted server: not an address: " + text);
  }
  return a;
}

std::size_t content_length(std::string head) {
  std::ranges::transform(head, head.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::string_view name = "\r\ncontent-length:";
  const auto at = head.find(name);
  return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + name.size(), nullptr, 10);
}

struct free_context {
  void operator()(SSL_CTX* c) const { SSL_CTX_free(c); }
};
struct free_ssl {
  void operator()(SSL* s) const { SSL_free(s); }
};

}  // namespace

struct scripted_server::impl {
  explicit impl(server_options o) : options(std::move(o)) {
    if (options.tls) prepare_tls();
    listen();
    const sigpipe_blocked meanwhile;
    if (!options.never_accept) acceptor = std::thread([this] { accept_all(); });
  }

  ~impl() {
    stopping = true;
    ::shutdown(listener.get(), SHUT_RDWR);
    if (acceptor.joinable()) acceptor.join();
    end_connections();
    for (auto& t : threads) t.join();
    if (!ca_path.empty()) std::remove(ca_path.c_str());
  }

  std::unique_ptr<SSL_CTX, free_context> make_context(const std::shared_ptr<const certificate_chain>& chain) {
    std::unique_ptr<SSL_CTX, free_context> made(SSL_CTX_new(TLS_server_method()));
    auto* c = made.get();
    if (c == nullptr) throw std::runtime_error("scripted server: no TLS context");
    SSL_CTX_set_security_level(c, 0);  // it must serve certificates and ciphers that a good server refuses
    const auto& leaf = chain->front();
    bool done =
        SSL_CTX_use_certificate(c, leaf.x509.get()) == 1 && SSL_CTX_use_PrivateKey(c, leaf.key.get()) == 1;
    for (std::size_t i = 1; i < chain->size(); ++i)
      done = done && SSL_CTX_add1_chain_cert(c, (*chain)[i].x509.get()) == 1;
    if (!done) throw std::runtime_error("scripted server: TLS cannot be set up");
    const unsigned char id[] = "scripted";
    SSL_CTX_set_session_id_context(c, id, sizeof id);
    const auto only = [&](bool wanted, int version) {
      if (!wanted) return;
      SSL_CTX_set_min_proto_version(c, version);
      SSL_CTX_set_max_proto_version(c, version);
    };
    only(options.only_tls_1_0, TLS1_VERSION);
    only(options.only_tls_1_1, TLS1_1_VERSION);
    only(options.only_tls_1_2, TLS1_2_VERSION);
    only(options.only_tls_1_3, TLS1_3_VERSION);
    if (options.no_tickets) SSL_CTX_set_num_tickets(c, 0);
    if (options.require_client_certificate || options.ask_for_client_certificate) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(c), test_ca().x509.get());
      SSL_CTX_set_verify(
          c, SSL_VERIFY_PEER | (options.require_client_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
          nullptr);
    }
    return made;
  }

  static int choose_context(SSL* ssl, int*, void* server) {
    const auto& all = static_cast<impl*>(server)->contexts_by_name;
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    const auto found = name != nullptr ? all.find(name) : all.end();
    if (found != all.end()) SSL_set_SSL_CTX(ssl, found->second.get());
    return SSL_TLSEXT_ERR_OK;
  }

  void prepare_tls() {
    context = make_context(options.chain ? options.chain : chain_of(make_certificate(options.certificate)));
    for (const auto& [name, chain] : options.chain_by_name) contexts_by_name[name] = make_context(chain);
    // Does what the macro SSL_CTX_set_tlsext_servername_callback does, without its C cast.
    SSL_CTX_callback_ctrl(context.get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                          reinterpret_cast<void (*)()>(&impl::choose_context));
    SSL_CTX_set_tlsext_servername_arg(context.get(), this);

    std::string path = std::filesystem::temp_directory_path().string() + "/pawl-test-ca-XXXXXX";
    descriptor file(::mkstemp(path.data()));
    if (file.get() < 0) give_up("temporary file");
    ca_path = path;
    const auto pem = to_pem(test_ca());
    if (::write(file.get(), pem.data(), pem.size()) != static_cast<ssize_t>(pem.size())) give_up("CA file");
  }

  void listen() {
    auto at = make_address(options.address, options.port);
    listener = descriptor(::socket(at.get()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (listener.get() < 0) give_up("socket");
    const int on = 1;
    if (::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) give_up("SO_REUSEADDR");
    // The connections inherit it. It bounds the TCP window only if it is set before the TCP handshake.
    if (options.receive_buffer != 0 &&
        ::setsockopt(listener.get(), SOL_SOCKET, SO_RCVBUF, &options.receive_buffer,
                     sizeof options.receive_buffer) != 0)
      give_up("SO_RCVBUF");
    if (::bind(listener.get(), at.get(), at.size) != 0) give_up("bind");
    if (::listen(listener.get(), options.never_accept ? 0 : 512) != 0) give_up("listen");
    address bound;
    bound.size = sizeof bound.storage;
    if (::getsockname(listener.get(), bound.get(), &bound.size) != 0) give_up("getsockname");
    port = ntohs(bound.storage.ss_family == AF_INET
                     ? reinterpret_cast<sockaddr_in*>(&bound.storage)->sin_port
                     : reinterpret_cast<sockaddr_in6*>(&bound.storage)->sin6_port);
  }

  void accept_all() {
    while (!stopping) {
      descriptor client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (client.get() < 0) {
        if (errno == EINTR || errno == ECONNABORTED) continue;
        return;  // shut down
      }
      const int on = 1;
      ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      const std::lock_guard lock(mutex);
      const auto number = accepted++;
      const int fd = client.release();
      open[number] = fd;
      threads.emplace_back([this, number, fd] {
        connection(*this, number, fd).run();
        const std::lock_guard done(mutex);
        open.erase(number);
        ::close(fd);
      });
    }
  }

  // Ends the waits of all connection threads; each closes its socket itself.
  void end_connections() {
    const std::lock_guard lock(mutex);
    for (const auto& [number, fd] : open) ::shutdown(fd, SHUT_RDWR);
  }

  scripted_reply next_reply(const received_request& request) {
    const std::lock_guard lock(mutex);
    requests.push_back(request);
    const auto found = routes.find(request.target);
    if (found == routes.end() || found->second->replies_.empty()) {
      route missing;
      return missing.reply(404).replies_.front();
    }
    auto& r = *found->second;
    const auto index = std::min(r.used_, r.replies_.size() - 1);
    ++r.used_;
    return r.replies_[index];
  }

  // One connection, on its own thread.
  class connection {
   public:
    connection(impl& server, std::size_t number, int fd) : server_(server), number_(number), fd_(fd) {}

    void run() {
      if (server_.options.refuse_after_accept) return;
      if (!server_.options.plain_greeting.empty()) {
        static_cast<void>(
            ::send(fd_, server_.options.plain_greeting.data(), server_.options.plain_greeting.size(), 0));
        if (server_.options.stall_after_greeting) server_.pause(fd_, std::chrono::hours{1});
        return;
      }
      if (const auto wait = server_.options.before_handshake; wait.count() > 0) server_.pause(fd_, wait);
      if (server_.context && !handshake()) return;
      if (!send(server_.options.early)) return;
      while (serve_one()) {
      }
    }

   private:
    using ending = scripted_reply::ending;

    bool handshake() {
      ssl_.reset(SSL_new(server_.context.get()));
      SSL_set_fd(ssl_.get(), fd_);
      BIO_set_callback_ex(SSL_get_rbio(ssl_.get()), &connection::overhear);
      BIO_set_callback_arg(SSL_get_rbio(ssl_.get()), reinterpret_cast<char*>(&server_));
      const bool done = SSL_accept(ssl_.get()) == 1;
      const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
      const std::lock_guard lock(server_.mutex);
      server_.names.emplace_back(name != nullptr ? name : "");
      if (done) server_.clients.push_back(client_name());
      if (done && SSL_session_reused(ssl_.get()) == 1) ++server_.resumed;
      return done;
    }

    std::string client_name() {
      const auto* theirs = SSL_get0_peer_certificate(ssl_.get());
      if (theirs == nullptr) return {};
      char name[256] = "";
      X509_NAME_get_text_by_NID(X509_get_subject_name(theirs), NID_commonName, name, sizeof name);
      return name;
    }

    static long overhear(BIO* bio, int what, const char* bytes, std::size_t, int, long, int result,
                         std::size_t* count) {
      if (what == (BIO_CB_READ | BIO_CB_RETURN) && result > 0 && count != nullptr)
        reinterpret_cast<impl*>(BIO_get_callback_arg(bio))->overheard({bytes, *count});
      return result;
    }

    bool receive() {
      char bytes[16384];
      const auto n = ssl_ ? SSL_read(ssl_.get(), bytes, sizeof bytes)
                          : static_cast<int>(::recv(fd_, bytes, sizeof bytes, 0));
      if (n <= 0) return false;
      buffer_.append(bytes, static_cast<std::size_t>(n));
      if (!ssl_) server_.overheard({bytes, static_cast<std::size_t>(n)});
      return true;
    }

    bool send(const std::string& bytes) {
      if (bytes.empty()) return true;
      if (ssl_) {
        if (SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0) return false;
      } else {
        std::size_t gone = 0;
        while (gone != bytes.size()) {
          const auto n = ::send(fd_, bytes.data() + gone, bytes.size() - gone, 0);
          if (n <= 0) return false;
          gone += static_cast<std::size_t>(n);
        }
      }
      server_.sent += bytes.size();
      return true;
    }

    bool serve_one() {
      auto end = std::string::npos;
      while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
        if (!receive()) return false;
      received_request request;
      request.connection = number_;
      request.head = buffer_.substr(0, end + 4);
      buffer_.erase(0, end + 4);
      const auto first = request.head.find(' ');
      const auto second = request.head.find(' ', first + 1);
      request.method = request.head.substr(0, first);
      request.target = request.head.substr(first + 1, second - first - 1);
      const auto length = content_length(request.head);

      // The reply is chosen first, because the script decides whether the body is read.
      if (!server_.leaves_body(request.target)) {
        while (buffer_.size() < length)
          if (!receive()) return false;
        request.body = buffer_.substr(0, length);
        buffer_.erase(0, length);
      }
      const auto reply = server_.next_reply(request);
      if (reply.before.count() > 0) server_.pause(fd_, reply.before);
      for (const auto& piece : reply.pieces) {
        if (!send(piece)) return false;
        if (reply.between.count() > 0) server_.pause(fd_, reply.between);
      }
      switch (reply.then) {
        case ending::keep:
          return !reply.body_unread;
        case ending::close:
          if (ssl_) SSL_shutdown(ssl_.get());
          return false;
        case ending::cut:
          return false;
        case ending::reset: {
          const linger now{1, 0};
          ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
          return false;
        }
        case ending::repeat:
          while (send(reply.repeated)) {
          }
          return false;
        case ending::stall:
          server_.pause(fd_, std::chrono::hours{1});
          return false;
      }
      return false;
    }

    impl& server_;
    const std::size_t number_;
    const int fd_;
    std::unique_ptr<SSL, free_ssl> ssl_;
    std::string buffer_;
  };

  void overheard(std::string_view bytes) {
    const std::lock_guard lock(mutex);
    wire.append(bytes);
  }

  bool leaves_body(const std::string& target) {
    const std::lock_guard lock(mutex);
    const auto found = routes.find(target);
    if (found == routes.end() || found->second->replies_.empty()) return false;
    const auto& r = *found->second;
    return r.replies_[std::min(r.used_, r.replies_.size() - 1)].body_unread;
  }

  // Waits until the time is over or the connection has ended.
  void pause(int fd, std::chrono::milliseconds time) {
    pollfd gone{fd, POLLRDHUP, 0};
    ::poll(&gone, 1, static_cast<int>(time.count()));
  }

  const server_options options;
  std::unique_ptr<SSL_CTX, free_context> context;
  std::map<std::string, std::unique_ptr<SSL_CTX, free_context>, std::less<>> contexts_by_name;
  std::string ca_path;
  descriptor listener;
  std::uint16_t port = 0;
  std::thread acceptor;
  std::atomic<bool> stopping{false};
  std::atomic<std::uint64_t> sent{0};
  std::vector<descriptor> fillers;

  mutable std::mutex mutex;  // guards everything below
  std::map<std::string, std::unique_ptr<route>, std::less<>> routes;
  std::vector<received_request> requests;
  std::vector<std::string> names, clients;
  std::string wire;
  std::map<std::size_t, int> open;
  std::vector<std::thread> threads;
  std::size_t accepted = 0;
  std::size_t resumed = 0;
};

scripted_server::scripted_server(server_options options)
    : impl_(std::make_unique<impl>(std::move(options))) {}
scripted_server::~scripted_server() = default;

route& scripted_server::when(std::string target) {
  const std::lock_guard lock(impl_->mutex);
  auto& slot = impl_->routes[std::move(target)];
  if (!slot) slot = std::make_unique<route>();
  return *slot;
}

std::uint16_t scripted_server::port() const {
  return impl_->port;
}
std::string scripted_server::url() const {
  const bool v6 = impl_->options.address.find(':') != std::string::npos;
  return (impl_->options.tls ? "https://" : "http://") +
         (v6 ? "[" + impl_->options.address + "]" : impl_->options.address) + ":" +
         std::to_string(impl_->port);
}
const std::string& scripted_server::ca_file() const {
  return impl_->ca_path;
}
std::vector<received_request> scripted_server::requests() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->requests;
}
std::size_t scripted_server::connections() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->accepted;
}
std::size_t scripted_server::open_connections() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->open.size();
}
std::size_t scripted_server::resumed_handshakes() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->resumed;
}
std::vector<std::string> scripted_server::server_names() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->names;
}

std::vector<std::string> scripted_server::client_names() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->clients;
}
std::string scripted_server::wire() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->wire;
}
std::uint64_t scripted_server::bytes_sent() const {
  return impl_->sent;
}

void scripted_server::close_connections() {
  impl_->end_connections();
}

void scripted_server::say(std::string_view bytes) {
  const std::lock_guard lock(impl_->mutex);
  for (const auto& [number, fd] : impl_->open)
    if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
      give_up("send");
}

void scripted_server::fill_backlog() {
  auto at = make_address(impl_->options.address, impl_->port);
  // Linux accepts backlog + 1 connections; a few more make sure that the backlog is full.
  for (int i = 0; i < 4; ++i) {
    descriptor filler(::socket(at.get()->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (filler.get() < 0) give_up("socket");
    if (::connect(filler.get(), at.get(), at.size) != 0 && errno != EINPROGRESS) give_up("connect");
    impl_->fillers.push_back(std::move(filler));
  }
}

}  // namespace pawl::testing
