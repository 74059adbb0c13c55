// Moves bytes over a connected non-blocking socket, with TLS or without. Each call makes at most the one
// system call that is possible now, and says what to wait for. It never waits itself: the connection does.
//
// OpenSSL works on the socket directly, through a small BIO of our own. The BIO sends with MSG_NOSIGNAL, so
// no process-wide SIGPIPE setting is needed, and it knows how many bytes the kernel took, which decides
// whether a request may have left. Memory BIOs, as in Asio's ssl::stream, would cost two more copies for each
// request.
#pragma once

#include "engine/http/peer_facts.hpp"
#include "engine/model/attempt.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;

namespace pawl::http {

class tls_context;

enum class io_state : std::uint8_t {
  ready,       // `bytes` were moved (read: at least 1)
  want_read,   // wait until the socket is readable, then call again
  want_write,  // wait until it is writable, then call again
  ended,   // read only: the peer ended the stream in an orderly way (TLS: close_notify; plain: end of file)
  cut,     // end of file without close_notify: anyone may have cut off the rest
  alert,   // the peer refused us with a TLS alert
  broken,  // reset, write error, or bytes that are not TLS
};

struct io_result {
  io_state is = io_state::ready;
  std::size_t bytes = 0;
};

class socket_stream {
 public:
  socket_stream();
  ~socket_stream();
  socket_stream(const socket_stream&) = delete;
  socket_stream& operator=(const socket_stream&) = delete;

  // `fd` is connected and non-blocking, and the caller keeps it. Without a context the stream is plain.
  // False: OpenSSL could not set the stream up; reason() says why.
  bool open(int fd, const tls_context*);

  // ready: the handshake is over, and the certificate and its host name are verified. A plain stream is ready
  // at once.
  io_result handshake();
  // After a failed handshake: whether the certificate was the reason; reason() says what is wrong with it.
  bool untrusted() const noexcept { return untrusted_; }

  // After an alert: whether the server refuses our client certificate, or that we have none. reason() has its
  // words.
  bool certificate_refused() const noexcept { return certificate_refused_; }
  // TLS 1.3: whether the handshake is over for us while the server has still to check our client certificate.
  bool verdict_is_due() const noexcept;

  // May write a part only. After want_write, call again with the same bytes (they may have moved).
  io_result write(std::string_view);
  io_result read(std::span<char>);

  // Looks at an idle stream, which should have nothing to read. want_read: it is healthy; TLS housekeeping
  // (session tickets) has been taken in. ready: bytes that nobody asked for are waiting.
  io_result peek();

  peer_facts peer() const;

  // Sends a goodbye if the kernel takes it at once; the caller closes the socket.
  void close_notify();

  // Bytes that the kernel has taken since open().
  std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }

  // The system's or OpenSSL's words about the last result other than ready and want_*.
  const std::string& reason() const noexcept { return reason_; }

 private:
  friend struct stream_bio;
  struct ssl_free {
    void operator()(ssl_st*) const noexcept;
  };

  void begin_call();
  io_result judge(int result);
  io_result system_error(int error);

  int fd_ = -1;
  std::unique_ptr<ssl_st, ssl_free> ssl_;
  const tls_context* context_ = nullptr;
  std::uint64_t bytes_sent_ = 0;
  int error_ = 0;     // errno of the last system call that failed for good, not because it would have blocked
  bool eof_ = false;  // the socket is at its end
  bool failed_ = false;  // OpenSSL has had a fatal error and allows no further call
  bool untrusted_ = false;
  bool certificate_asked_for_ = false;  // in the handshake of this stream
  bool certificate_refused_ = false;
  std::string reason_;
};

}  // namespace pawl::http
