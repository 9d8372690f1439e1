// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QtGlobal>

namespace birblens {

/**
 * Room for one decode, held while this lives. All that decode at once share maxDecodeBytes, so that
 * a page of huge frames takes no more memory than one of them. Ordinary frames never wait.
 */
class DecodeBudget
{
public:
    explicit DecodeBudget(qint64 bytes); ///< waits until there is room
    ~DecodeBudget();
    Q_DISABLE_COPY_MOVE(DecodeBudget)

private:
    qint64 m_bytes;
};

} // namespace birblens
