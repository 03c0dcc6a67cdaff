// The platform's certificates: read, valid now, and with the keys that belong to them.
#include <filesystem>

#include <fmt/format.h>

#include "core/durable_file.hpp"
#include "doctor/examination.hpp"
#include "supervisor/pki.hpp"

namespace gatehouse::doctor {
namespace {

using supervisor::CertificateState;
using supervisor::HeldCertificate;

constexpr std::string_view kRenew = "gatehouse pki renew; running roles take the new ones up by themselves";

Findings judge(const HeldCertificate& held, const Patient& patient) {
  const std::string place = held.file.lexically_relative(patient.platform.data).string();
  if (!held.chain)
    return {
        {.subject = place,
         .words = fmt::format("cannot be used: {} {}", held.chain.error().reason, held.chain.error().detail),
         .remedy =
             "restore it from a backup, or remove a leaf's tls directory: the next start issues it anew"}};
  const crypto::Certificate& certificate = held.chain->front();
  switch (supervisor::state_of(certificate, patient.now)) {
    case CertificateState::expired:
      return {{.subject = place,
               .words = "expired at " + core::rfc3339(certificate.not_after()),
               .remedy = patient.is_running ? std::string(kRenew) : "the next start renews it"}};
    case CertificateState::not_yet_valid:
      return {{.subject = place,
               .words = "is valid only from " + core::rfc3339(certificate.not_before()) +
                        " on: is the clock right?",
               .remedy = "set the clock: timedatectl set-ntp true"}};
    case CertificateState::renewal_due:
    case CertificateState::good:
      break;
  }
  if (held.key.empty()) return {};
  const auto key = core::read_file(held.key);
  if (key && certificate.fits(Secret(*key))) return {};
  return {{.subject = place,
           .words = key ? "its key is another's" : "its key cannot be read: " + key.error().detail,
           .remedy = std::string(kRenew)}};
}

}  // namespace

Findings examine_certificates(const Patient& patient) {
  std::error_code error;
  if (!std::filesystem::exists(patient.platform.data / "pki", error)) return {};
  Findings findings;
  for (const HeldCertificate& held : supervisor::held_certificates(patient.platform.data)) {
    for (Finding& finding : judge(held, patient)) findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace gatehouse::doctor
