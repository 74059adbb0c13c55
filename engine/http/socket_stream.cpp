#include "engine/http/socket_stream.hpp"

#include "engine/http/openssl_words.hpp"
#include "engine/http/tls_context.hpp"

#include <climits>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pawl::http {

// Connects OpenSSL to the socket of a stream. OpenSSL calls its methods inside SSL_read and SSL_write only.
//
// It makes system calls directly: send() and recv() of the C library are cancellation points, which in a
// process of several threads are set up and taken down for each call, at an eighth of the price of the call.
struct stream_bio {
  static bool not_now(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

  static ssize_t send_some(socket_stream& s, const char* data, std::size_t size) {
    ssize_t n = 0;
    do n = ::syscall(SYS_sendto, s.fd_, data, size, MSG_NOSIGNAL, nullptr, 0);
    while (n < 0 && errno == EINTR);
    if (n > 0) s.bytes_sent_ += static_cast<std::uint64_t>(n);
    if (n < 0 && !not_now(errno)) s.error_ = errno;
    return n;
  }

  static ssize_t receive_some(socket_stream& s, char* data, std::size_t size, int flags = 0) {
    ssize_t n = 0;
    do n = ::syscall(SYS_recvfrom, s.fd_, data, size, flags, nullptr, nullptr);
    while (n < 0 && errno == EINTR);
    if (n == 0 && size != 0) s.eof_ = true;
    if (n < 0 && !not_now(errno)) s.error_ = errno;
    return n;
  }

  static int write(BIO* bio, const char* data, int size) {
    auto& s = *static_cast<socket_stream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const auto n = send_some(s, data, static_cast<std::size_t>(size));
    if (n < 0 && not_now(errno)) BIO_set_retry_write(bio);
    return static_cast<int>(n);
  }

  static int read(BIO* bio, char* data, int size) {
    auto& s = *static_cast<socket_stream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const auto n = receive_some(s, data, static_cast<std::size_t>(size));
    if (n < 0 && not_now(errno)) BIO_set_retry_read(bio);
    return static_cast<int>(n);
  }

  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return static_cast<socket_stream*>(BIO_get_data(bio))->eof_ ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  // One table of methods for the process, never freed.
  static const BIO_METHOD* method() {
    static const BIO_METHOD* const table = [] {
      auto* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "pawl socket");
      if (m == nullptr) return m;
      BIO_meth_set_write(m, &stream_bio::write);
      BIO_meth_set_read(m, &stream_bio::read);
      BIO_meth_set_ctrl(m, &stream_bio::control);
      return m;
    }();
    return table;
  }
};

namespace {

// An alert that the peer sent has a reason in a range of its own (1000 + alert number).
std::optional<int> alert_number(unsigned long code) {
  const int reason = ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET;
  if (ERR_GET_LIB(code) != ERR_LIB_SSL || reason < 0 || reason > 255) return std::nullopt;
  return reason;
}

// RFC 8446 6.2 and RFC 5246 7.2.2: the alerts with which a server refuses a client certificate, or that there
// is none.
bool is_about_certificates(int alert) {
  switch (alert) {
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_NO_CERTIFICATE:
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_CERTIFICATE_REQUIRED:
      return true;
    default:
      return false;
  }
}

// OpenSSL calls this when the server asks for a certificate, whether we have one or not.
int note_request(SSL*, void* asked_for) {
  *static_cast<bool*>(asked_for) = true;
  return 1;
}

}  // namespace

socket_stream::socket_stream() = default;
socket_stream::~socket_stream() = default;

void socket_stream::ssl_free::operator()(ssl_st* ssl) const noexcept {
  // Without this, OpenSSL treats a connection that ended without close_notify as bad and forgets its session,
  // which RFC 5246 7.2.1 no longer requires. After a fatal alert OpenSSL has forgotten it already.
  SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl);
}

bool socket_stream::open(int fd, const tls_context* context) {
  fd_ = fd;
  context_ = context;
  bytes_sent_ = 0;
  error_ = 0;
  eof_ = failed_ = untrusted_ = certificate_asked_for_ = certificate_refused_ = false;
  reason_.clear();
  ssl_.reset();
  if (context == nullptr) return true;

  ERR_clear_error();
  ssl_.reset(context->new_session());
  BIO* bio = ssl_ && stream_bio::method() != nullptr ? BIO_new(stream_bio::method()) : nullptr;
  if (bio == nullptr) {
    reason_ = openssl_words("TLS error");
    failed_ = true;
    return false;
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);  // SSL_free() frees the BIO from now on
  SSL_set_cert_cb(ssl_.get(), &note_request, &certificate_asked_for_);
  return true;
}

bool socket_stream::verdict_is_due() const noexcept {
  return certificate_asked_for_ && SSL_version(ssl_.get()) >= TLS1_3_VERSION;
}

io_result socket_stream::handshake() {
  if (!ssl_) return {};
  begin_call();
  const int done = SSL_do_handshake(ssl_.get());
  if (done == 1) return {};
  const auto result = judge(done);
  if (result.is == io_state::want_read || result.is == io_state::want_write) return result;
  context_->forget_session();  // the resumption may be what made the handshake fail
  if (const auto verdict = SSL_get_verify_result(ssl_.get()); verdict != X509_V_OK) {
    untrusted_ = true;
    reason_ = X509_verify_cert_error_string(verdict);
  }
  return result;
}

io_result socket_stream::write(std::string_view bytes) {
  begin_call();
  if (!ssl_) {
    const auto n = stream_bio::send_some(*this, bytes.data(), bytes.size());
    if (n >= 0) return {io_state::ready, static_cast<std::size_t>(n)};
    return error_ != 0 ? system_error(error_) : io_result{io_state::want_write, 0};
  }
  if (failed_) return {io_state::broken, 0};
  std::size_t written = 0;
  const int done = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
  if (done == 1) return {io_state::ready, written};
  return judge(done);
}

io_result socket_stream::read(std::span<char> room) {
  begin_call();
  if (!ssl_) {
    const auto n = stream_bio::receive_some(*this, room.data(), room.size());
    if (n > 0) return {io_state::ready, static_cast<std::size_t>(n)};
    if (n == 0) return {io_state::ended, 0};
    return error_ != 0 ? system_error(error_) : io_result{io_state::want_read, 0};
  }
  if (failed_) return {io_state::broken, 0};
  std::size_t count = 0;
  const int done = SSL_read_ex(ssl_.get(), room.data(), room.size(), &count);
  if (done == 1) return {io_state::ready, count};
  return judge(done);
}

io_result socket_stream::peek() {
  error_ = 0;
  char byte = 0;
  // One plain look at the socket settles the usual case without OpenSSL.
  const auto n = stream_bio::receive_some(*this, &byte, 1, MSG_PEEK);
  if (n < 0 && error_ != 0) return system_error(error_);
  if (!ssl_) {
    if (n == 0) return {io_state::ended, 0};
    return {n > 0 ? io_state::ready : io_state::want_read, 0};
  }
  if (n < 0 && SSL_has_pending(ssl_.get()) == 0) return {io_state::want_read, 0};
  if (failed_) return {io_state::broken, 0};
  begin_call();
  std::size_t count = 0;
  const int done = SSL_peek_ex(ssl_.get(), &byte, 1, &count);
  if (done == 1) return {io_state::ready, 0};
  return judge(done);
}

void socket_stream::close_notify() {
  if (!ssl_ || failed_ || SSL_is_init_finished(ssl_.get()) == 0) return;
  ERR_clear_error();
  // The result is ignored: the goodbye is a courtesy to the peer. If the kernel does not take it now, or the
  // peer is gone, nothing more can be done; we do not wait for the peer's goodbye.
  static_cast<void>(SSL_shutdown(ssl_.get()));
  failed_ = true;  // nothing may be sent behind it
}

// SSL_get_error judges by this thread's error queue in OpenSSL, so it must be empty before each call. It
// nearly always is, and looking costs a tenth of clearing, which goes through all 16 places.
void socket_stream::begin_call() {
  error_ = 0;
  if (ssl_ && ERR_peek_error() != 0) ERR_clear_error();
}

io_result socket_stream::judge(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {io_state::want_read, 0};
    case SSL_ERROR_WANT_WRITE:
      return {io_state::want_write, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {io_state::ended, 0};
    case SSL_ERROR_SYSCALL:
      // After a failed write OpenSSL can still read what the peer said before, so `failed_` is not set.
      if (error_ != 0) return system_error(error_);
      reason_ = "connection closed";
      return {io_state::cut, 0};
    default:
      break;
  }
  failed_ = true;
  const auto code = ERR_peek_last_error();
  if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    reason_ = "connection closed";
    return {io_state::cut, 0};
  }
  reason_ = openssl_words("TLS error");
  const auto alert = alert_number(code);
  if (!alert) return {io_state::broken, 0};
  certificate_refused_ = certificate_asked_for_ && is_about_certificates(*alert);
  return {io_state::alert, 0};
}

io_result socket_stream::system_error(int error) {
  reason_ = std::system_category().message(error);
  return {io_state::broken, 0};
}

}  // namespace pawl::http
