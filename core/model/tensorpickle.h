// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QByteArray>
#include <QString>

#include <functional>
#include <optional>

namespace birblens {

/**
 * What is wrong with a pickle of tensors and objects before anything reads it in earnest: a tensor
 * that reaches outside its storage, a storage that is larger than its record, an instruction or a
 * Python name that such files do not have, a stack that is too short. Nothing of the pickle runs.
 * The instructions are those of Python's pickletools that PyTorch's writer uses (protocol 2).
 * @param recordSize bytes of the record with a storage's key; negative when there is none.
 * @return one phrase, to be read after "the file is damaged:"; nothing when all is well.
 */
std::optional<QString> problemOfPickle(const QByteArray &pickle,
                                       const std::function<qint64(const QString &)> &recordSize);

} // namespace birblens
