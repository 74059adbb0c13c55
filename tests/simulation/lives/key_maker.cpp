#include "tests/simulation/lives/key_maker.hpp"

#include "engine/client/printed_key.hpp"
#include "tests/simulation/world/api_host.hpp"

#include <fmt/format.h>

#include <chrono>

namespace pawl::simulation {

key_maker::key_maker(duration life) : life_(life) {
  source_.place = "the simulation";
  source_.common = secret{"simulated keys"};
  source_.make = [this](const std::atomic<bool>&) { return make(); };
}

expected<app::token_reading> key_maker::make() {
  auto& here = world::here();
  auto& api = api_host::here();
  const auto key = fmt::format("pl_v2_simulated{:016}", ++made_);
  api.keys.put(key, api.vendor().default_scopes());
  here.after(life_, [key] { api_host::here().keys.revoke(key); });
  const auto ends = std::chrono::floor<std::chrono::seconds>(here.wall() + life_).time_since_epoch().count();
  auto printed =
      client::read_printed_key(fmt::format(R"({{"token":"{}","expires_at":{}}})", key, ends), here.wall());
  if (!printed) return printed.error();
  const auto now = here.monotonic();
  return app::token_reading{secret{printed->value}, {}, {now, now + printed->life.value()}};
}

}  // namespace pawl::simulation
