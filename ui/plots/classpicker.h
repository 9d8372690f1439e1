// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QComboBox>

namespace birblens {

/** Chooses a class of the model; keeps the choice when the list is filled again. */
class ClassPicker : public QComboBox
{
    Q_OBJECT
public:
    /** @p all is the text of a first entry that stands for every class; empty for none. */
    explicit ClassPicker(const QString &all, QWidget *parent = nullptr);

    void setClasses(const QStringList &names);
    int classIndex() const; ///< -1 for all, or when there is no class

private:
    QString m_all;
    QStringList m_names;
};

} // namespace birblens
