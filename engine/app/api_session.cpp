#include "engine/app/api_session.hpp"

#include "engine/app/held.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/text/amounts.hpp"

#include <fmt/format.h>

#include <utility>

namespace pawl::app {
namespace asio = boost::asio;

status api_session::open() {
  const auto& settings = s_.settings();
  auto token = s_.key().get([this](const std::string& what) { s_.say().warning(what); });
  if (!token) return token.error();
  token_ = *std::move(token);
  options_ = settings.run;
  auto quota = take_in_turn(s_, [&] {
    return client::quota_file::open(settings.state_directory, settings.target.host_header,
                                    s_.key().quota_key(), options_.writes, options_.reads);
  });
  if (!quota) return quota.error();
  quota_ = *std::move(quota);
  progress_.on_trouble = [this](const std::string& what) { s_.say().note("trying again: " + what); };
  progress_.on_pause = [this](const std::string& what, duration left) {
    s_.say().note(fmt::format("waiting for {}, {}", what, in_words(left)));
  };
  auto made =
      client::api_client::create(io_, options_, settings.profile, *quota_, s_.key().going_on(), progress_);
  if (!made) return made.error();
  reader_ = *std::move(made);
  return {};
}

std::string api_session::key_label() const {
  return token_.empty() ? std::string{} : token_.label(s_.settings().profile.token_prefix);
}

asio::awaitable<expected<client::account_info>> api_session::identify() {
  const auto& settings = s_.settings();
  auto who = co_await client::ask_whoami(client(), settings.profile, replies());
  if (!who) co_return who;
  ledger::target target;
  target.profile = settings.profile.name_with_variables();
  target.base_url = settings.target.url();
  if (auto refused = refuse_account(target, settings.expected_account, who->account, {}))
    co_return *std::move(refused);
  target.account = who->account;
  s_.facts().target = target_in_words(target);
  co_return who;
}

void api_session::begin() {
  // Reads change nothing, so the first signal ends them at once.
  const auto on_signal = [this](int, int) { client().stop(client::read_client::stopping::now); };
  tasks_.start(s_.stops().watch(io_, on_signal));
  reader_->start();
}

void api_session::end() {
  s_.stops().stop();
  tasks_.start(reader_->finish());
  tasks_.run_until_empty();
  s_.facts().figures = progress_.figures;
  s_.hide_work();
  tasks_.rethrow();
}

}  // namespace pawl::app
