// How another key takes the place of one that was refused or is about to end: once for all who send, and only
// after it has shown that it belongs to the same account.
#include "engine/client/read_client.hpp"
#include "engine/client/whoami.hpp"
#include "engine/sys/clock.hpp"
#include "engine/text/amounts.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace pawl::client {
namespace asio = boost::asio;

// A key that was rotated while this runs is no reason to stop.
asio::awaitable<expected<read_reply>> read_client::with_renewed_key(const api::call& what, manner how) {
  for (;;) {
    if (stopped_) co_return interruption();
    const auto version = p_.keys.version();
    auto reply = co_await attempt(what, how);
    if (!reply || reply->http_status != 401 || how.by != nullptr) co_return reply;
    const bool renewed = co_await another_key(version);
    if (renewed || stopped_) continue;
    if (const auto& why = p_.keys.fault()) co_return *why;
    co_return reply;
  }
}

asio::awaitable<bool> read_client::another_key(std::uint64_t version_used) {
  auto& keys = p_.keys;
  for (;;) {
    if (keys.version() != version_used) co_return true;  // somebody else has renewed it meanwhile
    if (gives_up_on_keys() || keys.hopeless_version == version_used) co_return false;
    if (keys.is_renewing) {
      co_await key_change(time_point::max());
      continue;
    }
    keys.is_renewing = true;
    co_await replace_refused_key();
    keys.is_renewing = false;
    keys.wake_waiting();
  }
}

bool read_client::gives_up_on_keys() const noexcept {
  return stopped_ || p_.keys.is_stopped() || p_.keys.fault();
}

// Returns at that time, at stop(), or when there is something new about the key.
asio::awaitable<void> read_client::key_change(time_point until) {
  async::wakeup alarm(p_.io);
  sleeping_.push_back(&alarm);
  p_.keys.waiting.push_back(&alarm);
  co_await alarm.sleep(until);
  std::erase(p_.keys.waiting, &alarm);
  std::erase(sleeping_, &alarm);
}

asio::awaitable<expected<credentials::found>> read_client::find_key() {
  auto& keys = p_.keys;
  if (!keys.is_made()) co_return keys.another();
  keys.begin_making(p_.io);
  for (;;) {
    auto made = keys.end_making();
    if (made) co_return *std::move(made);
    if (gives_up_on_keys()) co_return credentials::found{};
    co_await key_change(time_point::max());
  }
}

// Whether the API knows the key, and as one of the account that all others belong to. The failure is final
// where it names another account.
asio::awaitable<expected<bool>> read_client::is_of_account(const credentials::candidate& key) {
  auto& keys = p_.keys;
  if (!keys.account() || p_.profile.whoami.path.empty()) co_return true;
  auto who = co_await ask_whoami(*this, p_.profile, p_.reader, &*key.writer);
  if (!who) co_return std::move(who.error());
  if (who->is_refused) co_return false;
  if (who->account == *keys.account()) co_return true;
  failure other{failure_kind::mend, "",
                fmt::format("the new key belongs to account {}, and the one before it to {}",
                            who->account.empty() ? "none that the API names" : who->account,
                            keys.account()->empty() ? "none that the API names" : *keys.account()),
                "let the key come from that account, and run the same command again"};
  keys.fail(other);
  co_return other;
}

asio::awaitable<void> read_client::replace_refused_key() {
  auto& keys = p_.keys;
  for (const auto until = clock::now() + credentials::patience;;) {
    auto found = co_await find_key();
    if (gives_up_on_keys()) co_return;
    if (!found) {
      keys.fail(std::move(found.error()));
      co_return;
    }
    auto pause = keys.pause();
    if (*found) {
      const auto known = co_await is_of_account(**found);
      if (gives_up_on_keys()) co_return;
      if (!known) {
        keys.fail(known.error());
        co_return;
      }
      if (*known) {
        keys.use(**std::move(found));
        co_return;
      }
      pause = credentials::make_again;
    }
    const auto now = clock::now();
    if (now >= until || !keys.may_change()) {
      keys.hopeless_version = keys.version();
      co_return;
    }
    co_await pause_until(now + pause);
    if (gives_up_on_keys()) co_return;
  }
}

asio::awaitable<void> read_client::keep_key() {
  auto& keys = p_.keys;
  while (!gives_up_on_keys()) {
    const auto due = keys.is_renewing ? time_point::max() : keys.next_renewal();
    if (clock::now() < due) {
      co_await key_change(due);
      continue;
    }
    keys.is_renewing = true;
    co_await replace_ending_key();
    keys.is_renewing = false;
    keys.wake_waiting();
  }
}

// The key in use goes on being used until the API refuses it.
asio::awaitable<void> read_client::replace_ending_key() {
  auto& keys = p_.keys;
  const auto failures = keys.failures();
  auto found = co_await find_key();
  if (gives_up_on_keys()) co_return;
  std::string trouble;
  if (!found) {
    trouble = to_string(found.error());
  } else if (*found) {
    const auto known = co_await is_of_account(**found);
    if (gives_up_on_keys()) co_return;
    if (known && *known) {
      keys.use(**std::move(found));
      co_return;
    }
    trouble = known ? "the API does not accept the new key" : to_string(known.error());
  } else if (clock::now() < keys.next_renewal()) {
    co_return;  // the same key, which lives longer
  }
  const auto now = clock::now();
  keys.note_failure(now);
  if (trouble.empty() || failures > 0 || !p_.progress.on_trouble) co_return;
  const auto left = keys.life().ends.value_or(now) - now;
  if (left > duration::zero())
    trouble += fmt::format(" (the key in use is good for {} more)", in_words(left));
  p_.progress.on_trouble(trouble);
}

}  // namespace pawl::client
