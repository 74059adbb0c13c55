// One slot where the API takes several rows in one request ([write_many]): drives the job_steps of as many
// rows as a request holds, and does each thing for all of them that want it (batch_rows.hpp). What a reply
// says of each row is given to its step as a reply of its own; what is about the whole request counts once,
// for pacer, breaker and figures.
//
// A request that the API refuses as a whole is sent again in halves, down to the row, which then goes by
// itself, as the profile's [write] says.
#pragma once

#include "engine/api/batch_reply.hpp"
#include "engine/policy/retry_policy.hpp"
#include "engine/run/batch_rows.hpp"
#include "engine/run/sender.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pawl::run {

class batch_worker : sender {
 public:
  // The profile has a [write_many].
  explicit batch_worker(run_context& shared);

  // Rows in one request, at most.
  static std::size_t rows_of(const api::profile&) noexcept;
  // How many such slots a run of this many requests at a time has: all rows in hand can be parked.
  static std::uint32_t slots_for(const api::profile&, std::uint32_t concurrency) noexcept;

  // Until the feed has ended. The context outlives it.
  boost::asio::awaitable<void> run();

 private:
  void add(std::unique_ptr<job_in_hand>);
  boost::asio::awaitable<void> take_rows();
  boost::asio::awaitable<void> carry_out();
  void let_go();
  bool may_gather(time_point until) const;
  bool may_take() const;

  void keep_connection_if_needed();

  // Each does one turn.
  boost::asio::awaitable<void> send();
  boost::asio::awaitable<void> send_several();
  boost::asio::awaitable<void> commit();
  boost::asio::awaitable<void> stop();
  boost::asio::awaitable<void> read_several();
  boost::asio::awaitable<void> read_alone();
  boost::asio::awaitable<void> line_up();
  boost::asio::awaitable<void> wait();
  boost::asio::awaitable<void> lease();
  boost::asio::awaitable<void> grant();
  boost::asio::awaitable<void> sleep();

  // Resumes the step of a row, and carries out what ends it here: an outcome, or a wait.
  boost::asio::awaitable<void> tell(std::size_t row, policy::step_event);
  boost::asio::awaitable<void> settle(std::size_t row);
  boost::asio::awaitable<void> tell_all_that(bool (*want)(const batch_row&), policy::step_event);
  policy::step_action resume(batch_row&, const policy::step_event&);
  void drop_ended();

  policy::judgement judge_whole(policy::request_kind, const api::batch_spec&);
  // Rows of chosen_, before and after their write.
  time_point begin_write();
  void end_write(time_point started);
  attempt_fact shown_of(const api::batch_answer&) const;
  void split_chosen();
  void list_ids();

  // Rows are taken for a request that is half empty until its first plan is this old. Chosen: it leaves most
  // of the age that a plan may have (step_options::max_read_age) to the wait for a slot.
  static constexpr duration longest_filling = std::chrono::milliseconds{1500};

  // How long the first rows of a request wait for those that the input has not shown yet. Chosen: less than a
  // request takes.
  static constexpr duration longest_gathering = std::chrono::milliseconds{50};

  const std::size_t most_;
  const bool reads_together_;
  std::vector<batch_row> rows_;
  std::vector<std::size_t> chosen_;  // positions, of one turn
  std::vector<std::string_view> ids_;
  std::vector<api::batch_answer> answers_;
  api::batch_reply_reader written_;
  std::optional<api::batch_reply_reader> read_;
  std::vector<std::unique_ptr<job_in_hand>> spares_;  // used again
  row_error bad_;
  http::lease kept_;  // for the write, while a read goes on another
  time_point now_{}, fill_until_{};
  double jitter_ = 0;  // of the reply that is told to rows: they wait alike, and stay together
  bool has_ended_ = false, is_dry_ = false;
  bool reads_are_broken_ = false;  // the reply to a read of several had no list
};

}  // namespace pawl::run
