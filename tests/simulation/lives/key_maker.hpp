// Keys that end: a source that makes each of them, as a program does that prints when it ends.
#pragma once

#include "engine/app/token_source.hpp"
#include "engine/model/time.hpp"

#include <cstdint>

namespace pawl::simulation {

class key_maker {
 public:
  // The API of this world takes each key for so long. Both outlive the source.
  explicit key_maker(duration life);
  key_maker(const key_maker&) = delete;
  key_maker& operator=(const key_maker&) = delete;

  const app::token_source& source() const noexcept { return source_; }
  std::uint64_t made() const noexcept { return made_; }

 private:
  expected<app::token_reading> make();

  duration life_;
  std::uint64_t made_ = 0;
  app::token_source source_;
};

}  // namespace pawl::simulation
