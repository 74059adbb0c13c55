// The request writer with the token that it carries, and the numbers that spread retries. Network thread
// only.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/http/endpoint.hpp"
#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"
#include "engine/model/time.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace pawl::client {

// Where the token comes from; asked again after a 401, so that a rotated token file is picked up.
struct token_source {
  std::function<expected<secret>()> read;
  // Whether it may give another one later. False: one question after a 401 is enough.
  std::function<bool()> may_change = [] { return false; };
};

// Renewed after a 401 when the source has another token.
class credentials {
 public:
  credentials(const api::profile& profile, const http::endpoint& target, std::string user_agent,
              token_source source)
      : profile_(profile), target_(target), user_agent_(std::move(user_agent)), source_(std::move(source)) {}

  status load();  // the first time; a failure says what is wrong with the token
  const api::request_writer& writer() const { return *writer_; }
  std::uint64_t version() const noexcept { return version_; }

  // After a 401 for a request that carried `version_used`. True: there is another token now, so the job goes
  // on. A token source that fails counts as unchanged: the 401 is the message that matters.
  bool renew(std::uint64_t version_used);
  // Who rotates a key makes the new one first valid, or first known to the file: a 401 is believed after
  // `patience` of asking again each `look_again`, where the source may change at all.
  static constexpr duration patience = std::chrono::seconds{5};           // design.md section 8
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

// Numbers in [0, 1) that spread retries; no secret depends on them.
class jitter_source {
 public:
  jitter_source() : engine_(std::random_device{}()) {}
  // In [0, 1), one of 2^31 values: enough for waits, and a fifth of what uniform_real_distribution costs.
  double operator()() {
    constexpr auto values = static_cast<double>(std::minstd_rand::max() - std::minstd_rand::min()) + 1;
    return static_cast<double>(engine_() - std::minstd_rand::min()) / values;
  }

 private:
  std::minstd_rand engine_;
};

}  // namespace pawl::client
