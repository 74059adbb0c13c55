// The request writer with its token, and random numbers that spread retries. Network thread only.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/async/side_thread.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/client/token_source.hpp"
#include "engine/http/endpoint.hpp"
#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/key_life.hpp"
#include "engine/sys/random.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace pawl::client {

// One call of token_source::make, on a thread of its own.
class key_making {
 public:
  key_making(boost::asio::io_context&, const token_source&, std::function<void()> on_end);
  // Gives the call up, and waits the moment until it returns.
  ~key_making();
  key_making(const key_making&) = delete;
  key_making& operator=(const key_making&) = delete;

  void give_up() noexcept;
  // What came of it, once; unset: it is still under way. on_end was called on the network thread before.
  std::optional<expected<issued_key>> take();

 private:
  struct state;
  std::shared_ptr<state> state_;
  async::side_thread thread_;
};

// Holds the token and the writer made with it, for everybody who sends, and what they share while another
// token takes its place (read_client::another_key does that).
class credentials {
 public:
  credentials(const api::profile& profile, const http::endpoint& target, std::string user_agent,
              token_source source)
      : profile_(profile), target_(target), user_agent_(std::move(user_agent)), source_(std::move(source)) {}

  status load();  // call it first; the failure says what is wrong with the token
  const api::request_writer& writer() const { return *writer_; }
  // Another number with each token.
  std::uint64_t version() const noexcept { return version_; }

  // The account that the tokens belong to; unset: nobody has asked yet.
  void bind(std::string account) { account_ = std::move(account); }
  const std::optional<std::string>& account() const noexcept { return account_; }

  // Somebody who rotates a key may make the API know the new one before the source has it, or the reverse. So
  // if the source may change, a 401 is believed only after `patience`, during which the source is asked again
  // after each pause: a file is soon read, and a program is not started so often.
  static constexpr duration patience = std::chrono::seconds{5};           // documented
  static constexpr duration look_again = std::chrono::milliseconds{200};  // chosen
  static constexpr duration make_again = std::chrono::seconds{1};         // chosen
  bool may_change() const { return source_.make || source_.may_change(); }
  duration pause() const noexcept { return source_.make ? make_again : look_again; }
  bool is_made() const noexcept { return static_cast<bool>(source_.make); }

  // A token that may take the place of the one in use, with the writer made of it.
  struct candidate {
    issued_key key;
    std::optional<api::request_writer> writer;
  };
  // Unset: there is no other token.
  using found = std::optional<candidate>;
  // Reads the source, at once. A source that fails has no other token, because the 401 is the message that
  // matters. For a source that is_made() the next two do it.
  found another();
  // Starts the call unless one is under way; those who wait are woken when it has ended.
  void begin_making(boost::asio::io_context&);
  // What came of it; unset: it is still under way. Failures: the source's, and that the token cannot stand in
  // a header.
  std::optional<expected<found>> end_making();
  void use(candidate&&);

  // When another token is to be made, whatever the API says; max(): never.
  time_point next_renewal() const noexcept {
    return source_.make ? policy::next_renewal(life_, failures_, tried_) : time_point::max();
  }
  // Notes that the last attempt to replace the token ahead of its end came to nothing.
  void note_failure(time_point now) noexcept {
    ++failures_;
    tried_ = now;
  }
  std::uint32_t failures() const noexcept { return failures_; }
  const policy::key_life& life() const noexcept { return life_; }

  // Why no request may be sent any more: the source has failed after a 401, or another account has come.
  const std::optional<failure>& fault() const noexcept { return fault_; }
  void fail(failure why) {
    if (!fault_) fault_ = std::move(why);
  }

  // One of those who send gets another token, the others wait for that.
  bool is_renewing = false;
  std::uint64_t hopeless_version = 0;  // of a token that was refused while the source had no other
  // Whoever waits for a change of all this.
  std::vector<async::wakeup*> waiting;
  void wake_waiting() const;
  // From now on nobody waits for another token: the run is stopping.
  void stop();
  bool is_stopped() const noexcept { return stopped_; }

 private:
  expected<found> candidate_of(expected<issued_key>);

  const api::profile& profile_;
  const http::endpoint& target_;
  std::string user_agent_;
  token_source source_;
  secret token_;
  policy::key_life life_;
  std::uint32_t failures_ = 0;  // to replace this token ahead of its end, in a row
  time_point tried_{};
  std::optional<api::request_writer> writer_;
  std::uint64_t version_ = 0;
  std::optional<std::string> account_;
  std::optional<failure> fault_;
  bool stopped_ = false;
  std::unique_ptr<key_making> making_;  // behind what it wakes: it ends first
};

// Random numbers that spread retries; no secret depends on them.
class jitter_source {
 public:
  jitter_source() : jitter_source(random_seed()) {}
  explicit jitter_source(std::uint32_t seed) : engine_(seed) {}
  // A number in [0, 1), one of 2^31 values. That is enough for waits, and costs a fifth of
  // uniform_real_distribution.
  double operator()() {
    constexpr auto values = static_cast<double>(std::minstd_rand::max() - std::minstd_rand::min()) + 1;
    return static_cast<double>(engine_() - std::minstd_rand::min()) / values;
  }

 private:
  std::minstd_rand engine_;
};

}  // namespace pawl::client
