// The line of waiting requests of one class: the pacer decides when the next one may leave, this wakes
// exactly that one, with one timer for the head of the line, and tells the pacer what becomes of it. Network
// thread only.
#pragma once

#include "engine/async/wakeup.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/pacer.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>
#include <vector>

namespace pawl::client {

class send_line {
 public:
  // One worker's place. Owned by the worker, which outlives its waits.
  class place {
   public:
    // `before`: where the worker's writes stand. While it stands there, a request from here is a read that is
    // made for that write (policy/shared_budget). Outlives the place.
    explicit place(boost::asio::io_context& context, const place* before = nullptr)
        : alarm_(context), before_(before) {}

   private:
    friend class send_line;
    enum class waiting : std::uint8_t { no, near_due, grant };
    async::wakeup alarm_;
    const place* before_;
    std::optional<policy::pacer::ticket> ticket_;
    std::optional<policy::pacer::slot> slot_;
    waiting for_ = waiting::no;
  };
  enum class answer { granted, delayed, cancelled };

  send_line(boost::asio::io_context& context, policy::pacer& pacer) : pacer_(pacer), head_alarm_(context) {}

  // The line of the other class, where the pacers share a budget: what happens in one may let the other go
  // on. To be called once, for both.
  static void join_lines(send_line& a, send_line& b) noexcept {
    a.other_ = &b;
    b.other_ = &a;
  }

  // A connection is fetched this long before the place is due: three round trips of 100 ms for TCP and TLS
  // 1.3, and a margin. Chosen; longer waits hold none.
  static constexpr duration connection_lead = std::chrono::milliseconds{500};

  // The same as near_due() and grant(), but without waiting: the usual case then needs no coroutine. Both
  // join the line, or keep the place if there is one already. False: await near_due() or grant().
  bool is_near(place&, time_point now, duration lead = connection_lead);
  bool try_grant(place&, time_point now);

  // Joins the line, or keeps the place if there is one already, and returns when the place is due in `lead`.
  // False: the line was cancelled.
  boost::asio::awaitable<bool> near_due(place&, duration lead = connection_lead);
  // Returns when the place holds a slot, or when it has moved away from its due time because a gate closed:
  // `delayed`, and the caller gives its connection back. Joins the line if the place was given up meanwhile.
  // After granted and cancelled the place is out of the line.
  boost::asio::awaitable<answer> grant(place&);

  // The request leaves now with the slot that the place holds.
  // `id`: a hash of the id that it is about.
  void sent(place& p, time_point now, std::uint64_t id = policy::kept_quota::no_id) {
    pacer_.sent(*p.slot_, now, id);
  }
  // The request is over, and its end was judged; `facts` and `jitter01` are those of pacer::closed(). Without
  // a slot nothing happens: then no connection could be opened, and the grant was never asked for.
  void closed(place&, time_point now, const std::optional<policy::rate_facts>& facts, double jitter01);
  // Nothing will be sent with the slot, if the place holds one.
  void give_back(place&, time_point now);
  static bool holds_slot(const place& p) noexcept { return p.slot_.has_value(); }

  // Gives the place up: those behind it move forward.
  void leave(place&);
  // The pacer learnt something (a reply, a gate): the head may be due at another time.
  void changed();
  // Wakes every waiter with `cancelled`; later waits return it at once.
  void cancel_all();

  // Runs until cancel_all(): wakes the head when it is due. The owner waits for it.
  boost::asio::awaitable<void> run();

 private:
  time_point pump(time_point now);
  void stand(place&, time_point now);
  void wake_all();

  policy::pacer& pacer_;
  async::wakeup head_alarm_;
  std::vector<place*> waiting_;
  send_line* other_ = nullptr;
  bool cancelled_ = false;
};

}  // namespace pawl::client
