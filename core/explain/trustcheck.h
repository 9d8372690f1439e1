// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/report.h"
#include "core/explain/trust.h"
#include "core/model/network.h"
#include "core/result.h"

#include <QImage>

#include <memory>

namespace birblens {

/**
 * Finds out whether a map can be trusted, piece by piece so that other work can run in between:
 * deletion and insertion of the shown map and of 20 random ones, then the maps of a network whose
 * weights are shuffled from the logits down. Everything random is seeded: the same frame and map
 * give the same report.
 *
 * Deletion goes from the frame to its blurred copy (Gaussian, sigma an eighth of the input's
 * shorter side): at 12 fractions of the pixels of the network's input, in the order of the map
 * stretched over it. Insertion goes back. The random maps are those of randomMapsLike().
 *
 * The weights are shuffled in at most 8 steps of neighbouring modules. Each tensor keeps its own
 * values in another order, so that their distribution stays; running statistics stay as they are.
 * A second network does this: the one in use is only asked.
 */
class TrustCheck
{
public:
    /** @param frame as it was explained. @param map by that network. */
    TrustCheck(const QImage &frame, const ClassMap &map);
    ~TrustCheck();

    /**
     * The next piece: a batch of forwards or the map after one shuffle. @return whether there
     * is more; an Error when the map has fewer than two different values, the network fails, or
     * @p report cancels. A cancelled piece is done again by the next call.
     */
    Result<bool> advance(Network &network, const Report &report = {});
    double share() const; ///< done so far, 0..1
    /** Complete when advance() has returned false. */
    const TrustReport &report() const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/** The whole check at once. */
Result<TrustReport> checkTrust(Network &network, const QImage &frame, const ClassMap &map,
                               const Report &report = {});

} // namespace birblens
