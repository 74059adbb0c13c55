// The request writer with its token, and random numbers that spread retries. Network thread only.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/http/endpoint.hpp"
#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"
#include "engine/model/time.hpp"
#include "engine/sys/random.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace pawl::client {

// Where the token comes from. It is asked again after a 401, so that a rotated token file takes effect.
struct token_source {
  std::function<expected<secret>()> read;
  // Whether it may give another token later. False: it is asked only once after a 401.
  std::function<bool()> may_change = [] { return false; };
};

// Holds the token and the writer made with it. Renews both after a 401 if the source has another token.
class credentials {
 public:
  credentials(const api::profile& profile, const http::endpoint& target, std::string user_agent,
              token_source source)
      : profile_(profile), target_(target), user_agent_(std::move(user_agent)), source_(std::move(source)) {}

  status load();  // call it first; the failure says what is wrong with the token
  const api::request_writer& writer() const { return *writer_; }
  std::uint64_t version() const noexcept { return version_; }

  // Called after a 401 to a request that carried the token `version_used`. True: there is another token now,
  // so the job goes on. A token source that fails counts as unchanged, because the 401 is the message that
  // matters.
  bool renew(std::uint64_t version_used);
  // Somebody who rotates a key may make the API know the new one before the file has it, or the reverse. So
  // if the source may change, a 401 is believed only after `patience`, during which the source is asked again
  // each `look_again`.
  static constexpr duration patience = std::chrono::seconds{5};           // documented
  static constexpr duration look_again = std::chrono::milliseconds{200};  // chosen
  bool may_change() const { return source_.may_change(); }

 private:
  const api::profile& profile_;
  const http::endpoint& target_;
  std::string user_agent_;
  token_source source_;
  secret token_;
  std::optional<api::request_writer> writer_;
  std::uint64_t version_ = 0;
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
