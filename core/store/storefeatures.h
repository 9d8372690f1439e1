// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/prediction.h"
#include "core/result.h"

#include <QHash>
#include <QSet>

#include <functional>

namespace birblens {

class SqliteConnection;

// The table `features` of a store: what a network makes of each frame, see packedFeatures().

/** Those of @p classified that have features. Inside the caller's transaction. */
Result<void> writeFeatures(const SqliteConnection &connection, const QString &modelId,
                           const QHash<QString, Classified> &classified);
/** Keys of the frames that have some of that model. */
Result<QSet<QString>> featureKeys(const SqliteConnection &connection, const QString &modelId);
/** One call per frame, in no order, until @p take returns false. */
Result<void>
readFeatures(const SqliteConnection &connection, const QString &modelId,
             const std::function<bool(const QString &key, const QByteArray &features)> &take);

} // namespace birblens
