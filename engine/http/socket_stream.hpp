// Bytes over a connected non-blocking socket, with TLS or without: each call does at most the one system call
// it can do now and says what it would wait for. It waits for nothing itself: the connection does.
//
// OpenSSL works on the socket directly, through a small BIO of our own: that sends with MSG_NOSIGNAL, so no
// process-wide SIGPIPE setting is needed, and it knows how many bytes the kernel took, which decides whether
// a request may have left. Memory BIOs, as in Asio's ssl::stream, cost two more copies a request.
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
  cut,     // end of file without close_notify: what came may have been truncated by anyone
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

  // `fd` is connected and non-blocking and stays the caller's. Without a context the stream is plain.
  // False: OpenSSL could not set it up, see reason().
  bool open(int fd, const tls_context*);

  // ready: done, the certificate and its host name are verified. Plain streams are ready at once.
  io_result handshake();
  // After a failed handshake: it was the certificate; reason() says what is wrong with it.
  bool untrusted() const noexcept { return untrusted_; }

  // After an alert: it turns down our client certificate, or that we have none. reason() has its words.
  bool certificate_refused() const noexcept { return certificate_refused_; }
  // TLS 1.3: the handshake is over for us while the server has yet to look at our client certificate.
  bool verdict_is_due() const noexcept;

  // May take part of it. After want_write, call again with the same bytes (they may have moved).
  io_result write(std::string_view);
  io_result read(std::span<char>);

  // An idle stream should have nothing to say: want_read = healthy. TLS housekeeping (session tickets) is
  // taken in. ready: unasked bytes are waiting.
  io_result peek();

  peer_facts peer() const;

  // Says goodbye if the kernel takes it at once; the socket is closed by the caller.
  void close_notify();

  // Bytes that the kernel has taken since open().
  std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }

  // The system's or OpenSSL's words about the last result that was not ready or want_*.
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
  int error_ = 0;        // errno of the last system call that failed for another reason than "not now"
  bool eof_ = false;     // the socket is at its end
  bool failed_ = false;  // OpenSSL allows no further call after a fatal error
  bool untrusted_ = false;
  bool certificate_asked_for_ = false;  // in this handshake
  bool certificate_refused_ = false;
  std::string reason_;
};

}  // namespace pawl::http
