// Making and renewing: root, issuing CA, leaves.
#include "supervisor/pki.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "supervisor/pki_files.hpp"

namespace gatehouse::supervisor {
namespace {

using crypto::Certificate;
using crypto::IssuedCertificate;

constexpr std::string_view kRootName = "Gatehouse root CA";
constexpr std::string_view kIssuingName = "Gatehouse issuing CA";
constexpr std::size_t kRoleBytesMax = 32;

std::unexpected<Error> damaged(const std::filesystem::path& path, std::string_view why) {
  return fail(ErrorKind::internal, "pki_damaged", fmt::format("{}: {}", path.string(), why));
}

Result<void> check_role(std::string_view role) {
  const bool plain = std::all_of(role.begin(), role.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (role.empty() || role.size() > kRoleBytesMax || !plain) {
    return refuse(ErrorKind::invalid, "bad_role", "a role is 1 to 32 of a-z, 0-9 and -");
  }
  return {};
}

Result<void> make_root(const PkiPaths& paths, core::SystemTime now, const PkiLifetimes& lifetimes) {
  const auto root = crypto::issue_root(std::string(kRootName), lifetimes.root, now);
  if (!root) return fail(root);
  return write_pair(paths.root_certificate, root->certificate_pem, paths.root_key, root->key_pem);
}

// The trust anchor; written last of the root's files, so a first start that was cut short begins again here.
Result<void> ensure_anchor(const PkiPaths& paths, core::SystemTime now, const PkiLifetimes& lifetimes) {
  const auto anchor = load_certificates(paths.anchor);
  if (anchor) return {};
  if (anchor.error().reason != "file_missing") return fail(anchor);
  if (std::filesystem::exists(paths.issuing_certificate)) {
    return damaged(paths.anchor, "is missing, though there is an issuing CA");
  }
  if (!load_pair(paths.root_certificate, paths.root_key)) {
    if (auto made = make_root(paths, now, lifetimes); !made) return made;
  }
  const auto root = load_pair(paths.root_certificate, paths.root_key);
  if (!root) return fail(root);
  return write_durably(paths.anchor, root->certificate_pem, kReadableByAll);
}

// The root with its key, if it is here and is the one that everybody trusts.
Result<IssuedCertificate> load_root(const PkiPaths& paths) {
  auto root = load_pair(paths.root_certificate, paths.root_key);
  if (!root && root.error().reason == "file_missing") {
    return fail(ErrorKind::unavailable, "pki_root_offline",
                fmt::format("{} is needed to renew the issuing CA: bring the root directory back for it",
                            root.error().detail));
  }
  if (!root) return fail(root);
  const auto anchor = load_certificates(paths.anchor);
  if (!anchor) return fail(anchor);
  const auto certificate = Certificate::from_pem(root->certificate_pem);
  if (!certificate || certificate->der() != anchor->front().der()) {
    return damaged(paths.root_certificate, "is another root than ca.pem");
  }
  return root;
}

enum class IssuingState { good, due, unusable };

IssuingState issuing_state(const PkiPaths& paths, core::SystemTime now) {
  const auto pair = load_pair(paths.issuing_certificate, paths.issuing_key);
  const auto anchor = load_certificates(paths.anchor);
  if (!pair || !anchor) return IssuingState::unusable;
  const auto issuing = Certificate::from_pem(pair->certificate_pem);
  if (!issuing || !issuing->is_issued_by(anchor->front()) || issuing->not_after() <= now) {
    return IssuingState::unusable;
  }
  return needs_renewal(*issuing, now) ? IssuingState::due : IssuingState::good;
}

}  // namespace

Result<void> ensure_pki(const std::filesystem::path& data, core::SystemTime now,
                        const PkiLifetimes& lifetimes) {
  const PkiPaths paths(data);
  if (auto anchored = ensure_anchor(paths, now, lifetimes); !anchored) return anchored;
  const IssuingState state = issuing_state(paths, now);
  if (state == IssuingState::good) return {};
  auto renewed = renew_issuing_ca(data, now, lifetimes);
  const bool can_wait =
      state == IssuingState::due && !renewed && renewed.error().reason == "pki_root_offline";
  return can_wait ? Result<void>() : renewed;
}

Result<void> renew_issuing_ca(const std::filesystem::path& data, core::SystemTime now,
                              const PkiLifetimes& lifetimes) {
  const PkiPaths paths(data);
  const auto root = load_root(paths);
  if (!root) return fail(root);
  const auto issuing = crypto::issue_intermediate(*root, std::string(kIssuingName), lifetimes.issuing, now);
  if (!issuing) return fail(issuing);
  return write_pair(paths.issuing_certificate, issuing->certificate_pem, paths.issuing_key, issuing->key_pem);
}

Result<void> issue_role_leaf(const std::filesystem::path& data, std::string_view role,
                             const std::filesystem::path& instance_directory,
                             const std::vector<std::string>& dns_names, core::SystemTime now,
                             const PkiLifetimes& lifetimes) {
  if (auto good = check_role(role); !good) return good;
  const PkiPaths paths(data);
  const auto issuing = load_pair(paths.issuing_certificate, paths.issuing_key);
  if (!issuing) return fail(issuing);
  crypto::LeafRequest request{.common_name = std::string(role),
                              .uri_names = {fmt::format("{}{}", kRoleUriPrefix, role)},
                              .dns_names = dns_names,
                              .ip_addresses = {"127.0.0.1", "::1"},
                              .lifetime = lifetimes.leaf};
  if (std::find(dns_names.begin(), dns_names.end(), "localhost") == dns_names.end()) {
    request.dns_names.emplace_back("localhost");
  }
  const auto leaf = crypto::issue_leaf(*issuing, request, now);
  if (!leaf) return fail(leaf);
  const LeafPaths files(instance_directory);
  return write_pair(files.certificate, leaf->certificate_pem + issuing->certificate_pem, files.key,
                    leaf->key_pem);
}

bool needs_renewal(const Certificate& certificate, core::SystemTime now) {
  const auto life = certificate.not_after() - certificate.not_before();
  return now >= certificate.not_before() + life * 2 / 3;
}

bool needs_renewal(const std::filesystem::path& data, const std::filesystem::path& instance_directory,
                   core::SystemTime now) {
  const LeafPaths files(instance_directory);
  if (!load_pair(files.certificate, files.key)) return true;
  const auto chain = load_certificates(files.certificate);
  const auto anchor = load_certificates(PkiPaths(data).anchor);
  if (!chain || !anchor || needs_renewal(chain->front(), now)) return true;
  const auto sent = std::span(*chain).subspan(1);
  return !crypto::verify_chain(chain->front(), sent, *anchor, now, crypto::ChainPurpose::server);
}

Result<std::vector<std::filesystem::path>> renew_all_leaves(const std::filesystem::path& data,
                                                            core::SystemTime now,
                                                            const PkiLifetimes& lifetimes) {
  std::vector<std::filesystem::path> renewed;
  for (const auto& directory : instances_below(data)) {
    const auto chain = load_certificates(LeafPaths(directory).certificate);
    if (!chain) return fail(chain);
    const Certificate& leaf = chain->front();
    const bool is_role = leaf.uri_names().size() == 1 && leaf.uri_names().front().starts_with(kRoleUriPrefix);
    if (!is_role) continue;  // not one of ours
    const std::string role = leaf.uri_names().front().substr(kRoleUriPrefix.size());
    if (auto issued = issue_role_leaf(data, role, directory, leaf.dns_names(), now, lifetimes); !issued) {
      return fail(issued);
    }
    renewed.push_back(directory);
  }
  return renewed;
}

}  // namespace gatehouse::supervisor
