#pragma once

#include "core/frames/frame.h"
#include "core/result.h"

#include <QList>
#include <QString>

#include <memory>
#include <optional>

namespace birblens
{

/** One row of Birb Cam's `results`. */
struct BirbCamRow
{
    QString utc;      ///< the key, text as stored
    QString fileName; ///< relative to imgs/
    Frame frame;      ///< without path
    std::optional<QString> trueLabel;
};

/**
 * The camera's `model_results.db`. A camera process writes to it while we do: short transactions, busy
 * timeout. We only ever write `true_label`, by `utc_datetime`; never another column, never the schema.
 */
class BirbCamDatabase
{
public:
    static Result<std::unique_ptr<BirbCamDatabase>> open(const QString &path);
    ~BirbCamDatabase();

    Result<QList<BirbCamRow>> rows() const;
    /** Changes when another process has written (PRAGMA data_version). Cheap. */
    Result<qint64> dataVersion() const;
    struct Update
    {
        QString utc;
        std::optional<QString> trueLabel; ///< nothing: NULL
    };
    /** All or nothing; an error when locked past the timeout, read-only or vanished. */
    Result<void> setTrueLabels(const QList<Update> &updates);

private:
    struct Private;
    explicit BirbCamDatabase(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace birblens
