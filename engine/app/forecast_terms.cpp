#include "engine/app/forecast_terms.hpp"

#include "engine/api/batch_requests.hpp"
#include "engine/run/batch_worker.hpp"

namespace pawl::app {

plan::forecast_options forecast_terms(const api::profile& profile, const run::run_options& run,
                                      bool read_first) {
  plan::forecast_options o;
  o.writes = run.writes;
  o.reads = run.reads;
  o.concurrency = run.concurrency;
  o.read_first = read_first;
  o.read_after = profile.reply.is == api::reply_kind::read;
  if (api::can_write_many(profile)) {
    o.rows_in_write = static_cast<std::uint32_t>(run::batch_worker::rows_of(profile));
    o.rows_in_read = api::can_read_many(profile) ? profile.read_many.size : 1;
    o.concurrency = run::batch_worker::slots_for(profile, run.concurrency);
  }
  return o;
}

}  // namespace pawl::app
