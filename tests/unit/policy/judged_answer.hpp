// How a reply with a status, headers and perhaps an error code is judged.
#pragma once

#include "engine/policy/retry_policy.hpp"

#include <string_view>
#include <vector>

namespace pawl::policy {

// The code is what signs the reply; empty: it shows no envelope.
inline judgement answer(int status, std::string_view code = {}, bool replay_safe = true,
                        std::vector<header_field> headers = {}, const api::profile& profile = {}) {
  attempt_fact fact;
  fact.reached = phase::answered;
  fact.status = status;
  fact.headers = headers;
  reply_signs signs;
  signs.code = code;
  signs.enveloped = !code.empty();
  return judge(profile, fact, signs, replay_safe);
}

}  // namespace pawl::policy
