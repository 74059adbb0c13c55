// GETs below the base URL: each takes its place in the line of the read budget, is judged by policy::judge,
// and is tried again while the API throttles or is down, until patience ends. In a run it works beside the
// writes, with the run's pool, pacer and key; commands that only read have an api_client. Network thread
// only.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/async/task_group.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/client/credentials.hpp"
#include "engine/client/progress.hpp"
#include "engine/client/quota_file.hpp"
#include "engine/client/send_line.hpp"
#include "engine/http/connection_pool.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/error.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/each_limits.hpp"
#include "engine/policy/pacer.hpp"
#include "engine/policy/retry_policy.hpp"
#include "engine/policy/stop_rules.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::client {

// One attempt and what came of it, kept beyond the connection that brought it. Moving keeps the views.
class read_reply {
 public:
  read_reply() = default;
  read_reply(read_reply&&) noexcept = default;
  read_reply& operator=(read_reply&&) noexcept = default;
  read_reply(const read_reply&) = delete;
  read_reply& operator=(const read_reply&) = delete;
  ~read_reply() = default;

  // Copies what the fact shows.
  explicit read_reply(const attempt_fact&);

  phase reached = phase::not_sent;
  transport_fault fault = transport_fault::none;
  int http_status = 0;  // 0 unless answered
  api::verdict is = api::verdict::maybe;
  bool outage = false;
  bool foreign = false;                    // as policy::judgement has it
  std::string remedy;                      // with verdict::stop: what to mend
  const api::status_rule* rule = nullptr;  // as policy::judgement has it
  std::string code, message, request_id;   // the API's own words where it answered 3xx or more; the
                                           // transport's in `message` where no reply came
  time_point sent{};                       // its first byte
  duration latency{};                      // from the first byte sent to the last one read
  wall_time received{};                    // this machine's clock
  std::optional<wall_time> server_time;    // the Date header

  // Who answered; filled in by read_client::once() where a whole reply came.
  http::peer_facts peer;

  // Followed by json_padding readable bytes, which are not part of it.
  std::string_view body() const noexcept { return {bytes_.data(), body_size_}; }
  std::span<const header_field> headers() const noexcept { return headers_; }

  // "the API answered 404 not_found: There is no such thread (request req_1)", or the transport's words.
  std::string in_words() const;

 private:
  // The body, its padding, then the texts of the headers. On the heap, so that moving keeps the views.
  std::vector<char> bytes_;
  std::size_t body_size_ = 0;
  std::vector<header_field> headers_;
};

// What get() is to make of replies that are not simply good.
struct read_terms {
  // true: a refusal (404, 403 of this one resource, ...) is an answer, to be looked at by the caller; false:
  // it is a failure to mend.
  bool refusals_are_answers = false;
  // Whether the body of a 2xx is what was promised; empty: any is. A false counts as a broken reply: it is
  // tried again, retry.max_attempts times in all, and then a failure to mend with these words.
  std::function<bool(const read_reply&)> is_readable;
  std::string unreadable = "the reply is not what the profile promises";
  std::string unreadable_remedy = "check api.base_url and the profile";
  // true: a read that failed retry.max_attempts times is given back as it is where the API is up otherwise
  // (another read was answered meanwhile, or its whoami is): then it is this resource that cannot be read. So
  // is one whose resource alone is not ready for longer than limits.max_wait or breaker.patience.
  bool gives_up_alone = false;
  // true: a refusal that may be somebody else's (it has no envelope) is given back as it is, `foreign`, while
  // nothing is known that could prove the API: has_proof() is false. Another resource may prove it, and the
  // caller asks for this one again later.
  bool comes_back_unproven = false;
  // Asks with another key than the one in use: a 401 is then an answer. Null: with that.
  const api::request_writer* by = nullptr;
};

class read_client {
 public:
  // All outlive the client; the line's run() and the sweep of the pool are under way while it is used.
  struct parts {
    boost::asio::io_context& io;
    const api::profile& profile;
    const policy::retry_options& retry;
    const policy::stop_options& stop;
    const http::transport_options& transport;
    http::connection_pool& pool;
    policy::pacer& reads;
    send_line& line;
    credentials& keys;
    api::reply_reader& reader;
    jitter_source& jitter;
    progress_counters& progress;          // counts reads, and says what the client waits for
    quota_file* quota = nullptr;          // looked after while reads are sent; null: nobody keeps one
    policy::each_limits* each = nullptr;  // of the resource that a call is about; null: there are none
  };

  explicit read_client(const parts&);
  read_client(const read_client&) = delete;
  read_client& operator=(const read_client&) = delete;

  // `what` is named below the base URL ("/me", "/threads?limit=200"). Several may be under way at the
  // same time. Failures:
  //   mend   the API, the certificate or the rules of the profile say that this cannot work: what, where, and
  //          what to do about it, with the request id
  //   later  nothing but throttling or outage for breaker.patience, a pause longer than limits.max_wait, or
  //          stop()
  boost::asio::awaitable<expected<read_reply>> get(const api::call& what, const read_terms&);

  // One attempt, not repeated (but for a 401 after which there is another key), whatever comes of it. Only
  // being stopped, and a wait for quota longer than limits.max_wait, is a failure. `peer` is filled in.
  boost::asio::awaitable<expected<read_reply>> once(const api::call& what);

  struct life_sign {
    bool is_alive = false;             // a whole reply came that is no sign of an outage
    std::optional<time_point> proven;  // when the request was sent that the API itself answered well
  };
  // One attempt, for a breaker that wants a sign of life, or for a reply that somebody else gave in the API's
  // place. `trouble` is set where there is no sign of life: it says in words what came instead.
  boost::asio::awaitable<life_sign> probe(const api::call& what, std::string& trouble);

  // Ends all waits at once, and every get() of now and later with failure_kind::later. Reads change nothing,
  // so there is nothing to drain. Cancels the line, and with `now` also the pool's connections, which a run
  // shares with its writes; without it an attempt under way is answered first.
  enum class stopping { waits, now };
  void stop(stopping);
  bool stopped() const noexcept { return stopped_; }
  // Where the requests go.
  const http::endpoint& target() const noexcept { return p_.transport.target; }
  const api::profile& profile() const noexcept { return p_.profile; }
  // Returns at that time or at stop(), whichever comes first: for a caller that waits before it asks again.
  boost::asio::awaitable<void> pause_until(time_point);

  // After a 401 to a request that carried the key of this version (credentials): true if there is another one
  // now, of the same account, so the request is sent again. False: there is none (keys.fault() says why, if
  // the 401 does not), or nobody waits for it any more. Its source is asked once for all who call this.
  boost::asio::awaitable<bool> another_key(std::uint64_t version_used);
  // Replaces each key ahead of its end, until stop(), whatever is sent meanwhile. One client of a run does
  // so.
  boost::asio::awaitable<void> keep_key();
  bool has_key_to_keep() const noexcept { return p_.keys.is_made(); }
  // Binds the keys to this account: another one ends the run.
  void bind(std::string account) { p_.keys.bind(std::move(account)); }

  // Notes that a row of this generation is a success already. From then on, as after any good reply, a
  // redirect or a 410 says something about its resource alone, and not about the address of the API.
  void has_succeeded() noexcept { succeeded_ = true; }
  // Whether there is a read that can show that the API itself answers: its whoami, or one that it has
  // answered well.
  bool has_proof() const noexcept { return !p_.profile.whoami.path.empty() || !good_calls_[0].empty(); }

 private:
  struct manner {
    bool of_resource = false;  // one resource of many: a refusal need not say anything about the whole API
    bool want_peer = false;
    const api::request_writer* by = nullptr;  // as read_terms::by
  };
  boost::asio::awaitable<expected<read_reply>> attempt(const api::call& what, manner);
  boost::asio::awaitable<expected<read_reply>> with_renewed_key(const api::call& what, manner);
  boost::asio::awaitable<bool> prove(const api::call& beside);
  void remember_good(const api::call& what, const read_reply&);
  bool gives_up_on_keys() const noexcept;
  boost::asio::awaitable<void> key_change(time_point until);
  boost::asio::awaitable<expected<credentials::found>> find_key();
  boost::asio::awaitable<expected<bool>> is_of_account(const credentials::candidate&);
  boost::asio::awaitable<void> replace_refused_key();
  boost::asio::awaitable<void> replace_ending_key();
  static failure interruption();
  void say_pause(time_point now);
  void tell_trouble(const read_reply&);
  read_reply judge(const attempt_fact&, manner);
  std::optional<failure> too_long_a_wait();
  boost::asio::awaitable<status> turn_of_id(const api::call& what);
  std::optional<policy::stop_order> too_long_not_ready(time_point until, time_point since,
                                                       time_point now) const;
  failure given_up(policy::stop_order&&);
  std::string place_of(const api::call& what) const;

  parts p_;
  policy::stop_rules rules_;
  std::uint64_t answered_ = 0;                // good replies and refusals so far
  time_point proven_at_ = time_point::min();  // when the newest request was sent that was answered well
  bool succeeded_ = false;
  // The last two calls that were answered well, the one to ask next first: a resource may be gone when it is
  // asked for again. Kept only if the API has no whoami.
  std::array<api::call, 2> good_calls_;
  bool told_trouble_ = false;  // progress.on_trouble was called since the last good reply
  time_point told_pause_{};    // when the last pause ends that progress.on_pause was told of
  std::vector<async::wakeup*> sleeping_;
  bool stopped_ = false;
};

// The coroutines without which a read_client does not work: its line's run() and the sweep of the pool; and
// the keeping of a key that ends.
class read_upkeep {
 public:
  // All outlive it.
  read_upkeep(boost::asio::io_context& io, http::connection_pool& pool, send_line& line, read_client& client)
      : pool_(pool), line_(line), client_(client), tasks_(io), alarm_(io) {}

  void start();
  // Stops the client, and returns when all have ended; rethrows their exception. The owner awaits it before
  // it destroys an object that was started.
  boost::asio::awaitable<void> finish();

 private:
  boost::asio::awaitable<void> sweep();

  http::connection_pool& pool_;
  send_line& line_;
  read_client& client_;
  async::task_group tasks_;
  async::wakeup alarm_;
  bool done_ = false;
};

}  // namespace pawl::client
