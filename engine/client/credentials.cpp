#include "engine/client/credentials.hpp"

#include <boost/asio/post.hpp>

#include <mutex>
#include <utility>

namespace pawl::client {
namespace asio = boost::asio;

struct key_making::state {
  std::atomic<bool> given_up{false};
  std::mutex mutex;
  std::optional<expected<issued_key>> result;
  std::function<void()> on_end;  // network thread only
};

key_making::key_making(asio::io_context& io, const token_source& source, std::function<void()> on_end)
    : state_(std::make_shared<state>()), thread_(io, [&io, &source, shared = state_] {
        auto made = source.make(shared->given_up);
        {
          const std::lock_guard lock{shared->mutex};
          shared->result = std::move(made);
        }
        asio::post(io, [shared] {
          if (shared->on_end) shared->on_end();
        });
        return async::side_thread::then::end;
      }) {
  state_->on_end = std::move(on_end);
}

key_making::~key_making() {
  give_up();
  state_->on_end = {};
}

void key_making::give_up() noexcept {
  state_->given_up = true;
}

std::optional<expected<issued_key>> key_making::take() {
  const std::lock_guard lock{state_->mutex};
  return std::exchange(state_->result, std::nullopt);
}

status credentials::load() {
  auto token = source_.read();
  if (!token) return std::move(token.error());
  auto writer = api::request_writer::create(profile_, target_.host_header, target_.base_path, token->value,
                                            user_agent_);
  if (!writer) return std::move(writer.error());
  use({*std::move(token), *std::move(writer)});
  return {};
}

credentials::found credentials::another() {
  auto got = candidate_of(source_.read());
  return got ? *std::move(got) : found{};
}

expected<credentials::found> credentials::candidate_of(expected<issued_key> key) {
  if (!key) return std::move(key.error());
  if (key->value == token_) {
    // Whoever keeps a key until its end prints it again, and may have found out that it lives longer.
    if (key->life.ends && (!life_.ends || *key->life.ends > *life_.ends)) {
      life_ = key->life;
      failures_ = 0;
    }
    return found{};
  }
  auto writer =
      api::request_writer::create(profile_, target_.host_header, target_.base_path, key->value, user_agent_);
  if (!writer) {
    writer.error().kind = failure_kind::mend;
    return std::move(writer.error());
  }
  candidate made;
  made.key = *std::move(key);
  made.writer = *std::move(writer);
  return found{std::move(made)};
}

void credentials::begin_making(asio::io_context& io) {
  if (!making_) making_ = std::make_unique<key_making>(io, source_, [this] { wake_waiting(); });
}

std::optional<expected<credentials::found>> credentials::end_making() {
  auto made = making_ ? making_->take() : std::nullopt;
  if (!made) return std::nullopt;
  making_.reset();
  return candidate_of(*std::move(made));
}

void credentials::use(candidate&& of) {
  token_ = std::move(of.key.value);
  life_ = of.key.life;
  writer_ = *std::move(of.writer);
  failures_ = 0;
  ++version_;
}

void credentials::wake_waiting() const {
  for (auto* alarm : waiting) alarm->wake();
}

void credentials::stop() {
  stopped_ = true;
  if (making_) making_->give_up();
  wake_waiting();
}

}  // namespace pawl::client
